// Liability proofs: after each daily settlement the tree over what the venue owes its clients,
// built in small steps between other work, and its root published through the journal. Invariant: a
// tree is served only if its root is the one that the journal has; the engine waits for none of it.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Applied,
  type CommandPort,
  type LiabilityStatement,
  OperationalError,
} from '@openstrike/domain';
import { type LiabilityTree, LiabilityTreeBuilder } from '@openstrike/feeds';

export const proofKeyName = 'proof.key';
const keyBytes = 32;
/** Nodes hashed at a stretch: less than a millisecond. */
const nodesPerStep = 50;

/** The key of the salts, made at first use. Throws: OperationalError when it is no key. */
export const proofKeyOf = (root: string): Uint8Array => {
  const path = join(root, proofKeyName);
  if (!existsSync(path)) {
    writeFileSync(path, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600 });
  }
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    const sentence = `${path} must hold 64 hexadecimal digits; move it away for a new one.`;
    throw new OperationalError('no-proof-key', sentence);
  }
  return Buffer.from(text, 'hex');
};

export interface LiabilityProofsOptions {
  readonly commands: CommandPort;
  readonly key: Uint8Array;
  /** Lets others work between two steps. */
  readonly pause: () => Promise<void>;
  readonly warn: (error: unknown) => void;
}

export interface LiabilityProofs {
  /** Takes in durable commands: a settlement begins a tree, a published root releases it. */
  absorb(batch: readonly Applied[]): void;
  /** Builds the tree of a settlement; `root` is the one published for it, null for none yet. */
  prove(statement: LiabilityStatement, root: string | null): void;
  /** The newest tree whose root is published. */
  published(): LiabilityTree | null;
  /** Builds no more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

class Proofs implements LiabilityProofs {
  readonly #options: LiabilityProofsOptions;
  #published: LiabilityTree | null = null;
  #built: LiabilityTree | null = null;
  /** The settlement in work; a newer one takes its place. */
  #settledUs = 0;
  #working: Promise<void> = Promise.resolve();

  constructor(options: LiabilityProofsOptions) {
    this.#options = options;
  }

  absorb(batch: readonly Applied[]): void {
    for (const { events } of batch) {
      for (const event of events) {
        if (event.type === 'settlement-closed') this.prove(event.liabilities, null);
        if (event.type === 'liabilities-published') this.#release(event.root);
      }
    }
  }

  prove(statement: LiabilityStatement, root: string | null): void {
    this.#settledUs = statement.settledUs;
    this.#working = this.#build(statement, root).catch((error) => this.#options.warn(error));
  }

  published(): LiabilityTree | null {
    return this.#published;
  }

  stop(): Promise<void> {
    this.#settledUs = 0;
    return this.#working;
  }

  async #build(statement: LiabilityStatement, root: string | null): Promise<void> {
    const { commands, key, pause } = this.#options;
    const builder = new LiabilityTreeBuilder(statement, key);
    while (!builder.advance(nodesPerStep)) {
      await pause();
      if (this.#settledUs !== statement.settledUs) return;
    }
    const tree = builder.tree();
    this.#built = tree;
    if (root === null) {
      const { settledUs } = statement;
      await commands.submit({ type: 'publish-liabilities', settledUs, root: tree.root });
    } else {
      this.#release(root);
    }
  }

  #release(root: string): void {
    if (this.#built?.root === root) {
      this.#published = this.#built;
    } else {
      const sentence = `The journal has the root ${root}, which ${proofKeyName} does not lead to.`;
      this.#options.warn(new OperationalError('other-root', sentence));
    }
  }
}

export const createLiabilityProofs = (options: LiabilityProofsOptions): LiabilityProofs =>
  new Proofs(options);
