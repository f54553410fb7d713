// Liability tree: a Merkle-sum tree over what the venue owes its clients at a settlement.
// Invariant: every node carries the sums of all below it, every figure is a non-negative safe
// integer, and a parent's hash covers the hashes and sums of both children; so nobody's cash can be
// left out of the total unseen. A pure function of the statement and a secret key, built in steps
// of any size.
//
// leaf   = SHA-256(0x00, salt, account, settlement, sums)
// parent = SHA-256(0x01, left hash, left sums, right hash, right sums)
//
// with 32 bytes a hash and a salt, and 8 bytes, the highest first, a number. The salt is a keyed
// hash of settlement and account: a neighbour in somebody's path tells nothing but its sums. Leaves
// stand in the order of their hashes, so that no place in the tree tells whose they are. A node
// without a partner goes up as it is. Source: G. Maxwell and Z. Wilcox, proving Bitcoin reserves
// (2014), with sums in the hash of both children.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type AccountId,
  currencies,
  type LiabilityStatement,
  liabilityColumns,
  type TsUs,
} from '@openstrike/domain';
import { addSafe, assert, hexOf } from '@openstrike/std';

const WIDTH = currencies.length * liabilityColumns.length;
const HASH_BYTES = 32;
const SUMS_BYTES = 8 * WIDTH;
/** Leaves are ordered by this many bits of their hash, then by their number. */
const ORDER_BITS = 30;
const LEAVES_MAX = 1 << 22;

interface Level {
  readonly size: number;
  /** Row of each place; null where they are the same. */
  order: Int32Array | null;
  readonly hashes: Uint8Array;
  readonly sums: Float64Array;
}

const createLevel = (size: number): Level => ({
  size,
  order: null,
  hashes: new Uint8Array(size * HASH_BYTES),
  sums: new Float64Array(size * WIDTH),
});

/** One sibling on the way up; `sums` by currency and column as in the statement. */
export interface ProofStep {
  /** On which side of the node on the way the sibling stands. */
  readonly side: 'left' | 'right';
  readonly hash: string;
  readonly sums: readonly number[];
}

/** What a client needs to find its own figures in the published root. */
export interface LiabilityProof {
  readonly settledUs: TsUs;
  readonly accountId: AccountId;
  readonly salt: string;
  readonly sums: readonly number[];
  /** From the leaf to the root. */
  readonly path: readonly ProofStep[];
}

export interface LiabilityTree {
  readonly settledUs: TsUs;
  /** SHA-256 in lower-case hexadecimal; of an empty statement that of the byte 0x02. */
  readonly root: string;
  /** Sums over all accounts. */
  readonly totals: readonly number[];
  readonly accounts: number;
  /** Null for an account that has nothing in the statement. */
  proofOf(accountId: AccountId): LiabilityProof | null;
}

const rowOf = ({ order }: Level, place: number): number =>
  order === null ? place : (order[place] as number);

const hashAt = ({ hashes }: Level, row: number): Uint8Array =>
  hashes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES);

const putNumber = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value % 0x1_0000_0000);
};

/** Builds a tree step by step, so that whoever drives it can do other work between. */
export class LiabilityTreeBuilder {
  readonly #statement: LiabilityStatement;
  readonly #key: Uint8Array;
  readonly #leaves: Level;
  readonly #levels: Level[] = [];
  /** Place of each account of the statement among the leaves; known once all are hashed. */
  readonly #placeOf: Int32Array;
  readonly #saltMessage = new Uint8Array(16);
  readonly #leafMessage = new Uint8Array(1 + HASH_BYTES + 16 + SUMS_BYTES);
  readonly #leafView = new DataView(this.#leafMessage.buffer);
  readonly #parentMessage = new Uint8Array(1 + 2 * (HASH_BYTES + SUMS_BYTES));
  readonly #parentView = new DataView(this.#parentMessage.buffer);
  /** Nodes of the level in work that are done. */
  #done = 0;
  #working: Level;

  constructor(statement: LiabilityStatement, key: Uint8Array) {
    const size = statement.accountIds.length;
    assert(size <= LEAVES_MAX, `a liability tree has at most ${LEAVES_MAX} accounts`);
    assert(key.length >= HASH_BYTES, 'the key of a liability tree has at least 32 bytes');
    this.#statement = statement;
    this.#key = key;
    this.#leaves = createLevel(size);
    this.#working = this.#leaves;
    this.#placeOf = new Int32Array(size);
    this.#leafMessage[0] = 0;
    this.#parentMessage[0] = 1;
  }

  /** Hashes up to so many nodes more; true once the tree is whole. */
  advance(nodes: number): boolean {
    for (let left = nodes; left > 0 && !this.#isWhole(); left--) {
      if (this.#done === this.#working.size) {
        this.#nextLevel();
      }
      if (this.#working === this.#leaves) {
        this.#hashLeaf(this.#done);
      } else {
        this.#hashParent(this.#done);
      }
      this.#done += 1;
    }
    return this.#isWhole();
  }

  /** The whole tree. Holds: `advance` has returned true. */
  tree(): LiabilityTree {
    assert(this.#isWhole(), 'the tree is not whole yet');
    const { size } = this.#leaves;
    if (this.#levels.length === 0 && size > 0) {
      this.#order();
    }
    const levels = size === 0 ? [] : [...this.#levels, this.#working];
    const top = levels.at(-1);
    const { settledUs, accountIds } = this.#statement;
    return {
      settledUs,
      root: top === undefined ? hexOf(sha256(Uint8Array.of(2))) : hexOf(top.hashes),
      totals: top === undefined ? Array.from({ length: WIDTH }, () => 0) : [...top.sums],
      accounts: size,
      proofOf: (accountId) => {
        const row = accountIds.indexOf(accountId);
        return row < 0 ? null : this.#proofOf(row, levels);
      },
    };
  }

  #isWhole(): boolean {
    return this.#done === this.#working.size && this.#working.size <= 1;
  }

  #nextLevel(): void {
    if (this.#working === this.#leaves) {
      this.#order();
    }
    this.#levels.push(this.#working);
    this.#working = createLevel(Math.ceil(this.#working.size / 2));
    this.#done = 0;
  }

  /** Gives the leaves their places, in the order of their hashes. */
  #order(): void {
    const { size, hashes } = this.#leaves;
    const keys = new Float64Array(size);
    const view = new DataView(hashes.buffer);
    for (let row = 0; row < size; row++) {
      keys[row] = (view.getUint32(row * HASH_BYTES) >>> (32 - ORDER_BITS)) * LEAVES_MAX + row;
    }
    keys.sort();
    const order = new Int32Array(size);
    for (let place = 0; place < size; place++) {
      const row = (keys[place] as number) % LEAVES_MAX;
      order[place] = row;
      this.#placeOf[row] = place;
    }
    this.#leaves.order = order;
  }

  #saltOf(row: number): Uint8Array {
    const view = new DataView(this.#saltMessage.buffer);
    putNumber(view, 0, this.#statement.settledUs);
    putNumber(view, 8, this.#statement.accountIds[row] as number);
    return hmac(sha256, this.#key, this.#saltMessage);
  }

  #hashLeaf(row: number): void {
    const { accountIds, columns, settledUs } = this.#statement;
    const message = this.#leafMessage;
    const view = this.#leafView;
    message.set(this.#saltOf(row), 1);
    putNumber(view, 1 + HASH_BYTES, accountIds[row] as number);
    putNumber(view, 9 + HASH_BYTES, settledUs);
    for (let column = 0; column < WIDTH; column++) {
      const value = (columns[column] as Float64Array)[row] as number;
      assert(Number.isSafeInteger(value) && value >= 0, 'no liability is negative');
      this.#leaves.sums[row * WIDTH + column] = value;
      putNumber(view, 17 + HASH_BYTES + 8 * column, value);
    }
    this.#leaves.hashes.set(sha256(message), row * HASH_BYTES);
  }

  #hashParent(place: number): void {
    const below = this.#levels.at(-1) as Level;
    const { hashes, sums } = this.#working;
    const left = rowOf(below, 2 * place);
    if (2 * place + 1 === below.size) {
      hashes.set(hashAt(below, left), place * HASH_BYTES);
      sums.set(below.sums.subarray(left * WIDTH, (left + 1) * WIDTH), place * WIDTH);
      return;
    }
    const right = rowOf(below, 2 * place + 1);
    this.#putChild(below, left, 1);
    this.#putChild(below, right, 1 + HASH_BYTES + SUMS_BYTES);
    for (let column = 0; column < WIDTH; column++) {
      sums[place * WIDTH + column] = addSafe(
        below.sums[left * WIDTH + column] as number,
        below.sums[right * WIDTH + column] as number,
      );
    }
    hashes.set(sha256(this.#parentMessage), place * HASH_BYTES);
  }

  /** Writes a child's hash and sums into the message of its parent. */
  #putChild(level: Level, row: number, at: number): void {
    this.#parentMessage.set(hashAt(level, row), at);
    for (let column = 0; column < WIDTH; column++) {
      const sum = level.sums[row * WIDTH + column] as number;
      putNumber(this.#parentView, at + HASH_BYTES + 8 * column, sum);
    }
  }

  #proofOf(row: number, levels: readonly Level[]): LiabilityProof {
    const path: ProofStep[] = [];
    let place = this.#placeOf[row] as number;
    for (const level of levels) {
      const sibling = place % 2 === 0 ? place + 1 : place - 1;
      if (sibling < level.size) {
        const at = rowOf(level, sibling);
        path.push({
          side: sibling < place ? 'left' : 'right',
          hash: hexOf(hashAt(level, at)),
          sums: [...level.sums.subarray(at * WIDTH, (at + 1) * WIDTH)],
        });
      }
      place >>= 1;
    }
    const { accountIds, columns, settledUs } = this.#statement;
    return {
      settledUs,
      accountId: accountIds[row] as AccountId,
      salt: hexOf(this.#saltOf(row)),
      sums: columns.map((column) => column[row] as number),
      path,
    };
  }
}
