// Fixing model: the delivery price of an expiry from the journaled index prints, second by second,
// as the published rule says it. Slow and obvious on purpose: it keeps every print of two days.
import {
  type ExpiryFixed,
  type IndexName,
  type SetIndex,
  usPerDay,
  usPerSecond,
} from '@openstrike/domain';
import { hold, show } from './violation.ts';

interface Print {
  readonly tsUs: number;
  readonly price: number;
  readonly good: boolean;
}

const seconds = 1800;
/** How long at least a window without good prints has waited when it takes the last one. */
const patienceUs = 3_600 * usPerSecond;

export class FixingModel {
  readonly #prints = new Map<IndexName, Print[]>();

  print({ indexName, price, status }: SetIndex, tsUs: number): void {
    let prints = this.#prints.get(indexName);
    if (prints === undefined) {
      prints = [];
      this.#prints.set(indexName, prints);
    }
    prints.push({ tsUs, price, good: status === 'good' });
    // Of what is long past only the last print counts, and that rarely.
    if (prints.length > 20_000 && (prints[10_000] as Print).tsUs < tsUs - 2 * usPerDay) {
      prints.splice(0, 10_000);
    }
  }

  /**
   * Dollars of an expiry's delivery price that have been averaged: good seconds up to an instant,
   * each a share of all that will count. 0 before its first print.
   */
  fixedPart(indexName: IndexName, expiryUs: number, nowUs: number): number {
    const prints = this.#prints.get(indexName) ?? [];
    const startUs = expiryUs - seconds * usPerSecond;
    if (nowUs <= startUs) return 0;
    let at = prints.length;
    while (at > 0 && (prints[at - 1] as Print).tsUs > startUs) at -= 1;
    const own = prints.slice(at).filter(({ tsUs }) => tsUs <= Math.min(nowUs, expiryUs));
    const last = own.at(-1);
    if (last === undefined) return 0;
    const passed = Math.min(
      seconds,
      Math.max(
        Math.ceil((last.tsUs - startUs) / usPerSecond),
        Math.floor((nowUs - startUs) / usPerSecond),
      ),
    );
    let inForce = prints[at - 1] ?? prints[0];
    let next = 0;
    let sum = 0;
    let counted = 0;
    for (let second = 1; second <= passed; second++) {
      const endUs = startUs + second * usPerSecond;
      for (; next < own.length && (own[next] as Print).tsUs <= endUs; next++) inForce = own[next];
      if (inForce?.good !== true) continue;
      sum += inForce.price;
      counted += 1;
    }
    return (sum * seconds) / (counted + seconds - passed || 1) / 1e6 / seconds;
  }

  check(event: ExpiryFixed, tsUs: number): void {
    const { indexName, expiryUs, price } = event;
    const prints = this.#prints.get(indexName) ?? [];
    const expected = this.#fix(prints, expiryUs, tsUs);
    hold(
      expected.price === price && expected.prints === event.prints,
      'an expiry is fixed at the mean of its prints',
      () => `${show(event)}, expected ${show(expected)}`,
    );
  }

  /** Second by second; a second without a print of its own has the one that was in force. */
  #fix(
    prints: readonly Print[],
    expiryUs: number,
    tsUs: number,
  ): { price: number; prints: number } {
    const startUs = expiryUs - seconds * usPerSecond;
    let at = prints.findIndex((print) => print.tsUs > startUs);
    if (at < 0) at = prints.length;
    let inForce = prints[at - 1] ?? prints[0];
    let own = 0;
    let sum = 0n;
    let counted = 0;
    for (let second = 1; second <= seconds; second++) {
      const endUs = startUs + second * usPerSecond;
      let printed = false;
      for (; at < prints.length && (prints[at] as Print).tsUs <= endUs; at++) {
        inForce = prints[at];
        printed = true;
      }
      if (inForce?.good !== true) continue;
      own += printed ? 1 : 0;
      sum += BigInt(inForce.price);
      counted += 1;
    }
    return own === 0
      ? this.#otherwise(prints, expiryUs, tsUs)
      : { price: mean(sum, counted), prints: own };
  }

  /** Without a good print of its own: the first good one after it, or late the last before. */
  #otherwise(
    prints: readonly Print[],
    expiryUs: number,
    tsUs: number,
  ): { price: number; prints: number } {
    const good = prints.filter((print) => print.good);
    const after = good.find((print) => print.tsUs > expiryUs);
    if (after !== undefined) return { price: after.price, prints: 0 };
    const last = good.at(-1);
    hold(
      last !== undefined && tsUs >= expiryUs + patienceUs,
      'a fixing has a print',
      () => `expiry ${expiryUs} at ${tsUs}`,
    );
    return { price: last.price, prints: 0 };
  }
}

/** Rounded half-even. */
const mean = (sum: bigint, count: number): number => {
  const whole = sum / BigInt(count);
  const twice = 2n * (sum % BigInt(count));
  const up = twice > BigInt(count) || (twice === BigInt(count) && whole % 2n === 1n);
  return Number(up ? whole + 1n : whole);
};
