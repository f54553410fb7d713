// Fixing model: the delivery price of an expiry from the journaled index prints, second by second,
// as the published rule says it. Slow and obvious on purpose: it keeps every print of two days.
import { type ExpiryFixed, type IndexName, usPerDay, usPerSecond } from '@openstrike/domain';
import { hold, show } from './violation.ts';

interface Print {
  readonly tsUs: number;
  readonly price: number;
}

const seconds = 1800;

export class FixingModel {
  readonly #prints = new Map<IndexName, Print[]>();

  print(indexName: IndexName, price: number, tsUs: number): void {
    let prints = this.#prints.get(indexName);
    if (prints === undefined) {
      prints = [];
      this.#prints.set(indexName, prints);
    }
    prints.push({ tsUs, price });
    // Of what is long past only the last print counts, and that rarely.
    if (prints.length > 20_000 && (prints[10_000] as Print).tsUs < tsUs - 2 * usPerDay) {
      prints.splice(0, 10_000);
    }
  }

  check(event: ExpiryFixed): void {
    const { indexName, expiryUs, price } = event;
    const prints = this.#prints.get(indexName) ?? [];
    const expected = this.#fix(prints, expiryUs);
    hold(
      expected.price === price && expected.prints === event.prints,
      'an expiry is fixed at the mean of its prints',
      () => `${show(event)}, expected ${show(expected)}`,
    );
  }

  /** The last print before an instant, as that of a second that had none. */
  #fix(prints: readonly Print[], expiryUs: number): { price: number; prints: number } {
    const startUs = expiryUs - seconds * usPerSecond;
    const own = new Set<number>();
    let at = prints.findIndex(({ tsUs }) => tsUs > startUs);
    if (at < 0 || (prints[at] as Print).tsUs > expiryUs) {
      const after = prints.find(({ tsUs }) => tsUs > expiryUs);
      hold(after !== undefined, 'a fixing has a print', () => `expiry ${expiryUs}`);
      return { price: after.price, prints: 0 };
    }
    let carried = (at > 0 ? prints[at - 1] : prints[at])?.price ?? 0;
    let sum = 0n;
    for (let second = 1; second <= seconds; second++) {
      const endUs = startUs + second * usPerSecond;
      for (; at < prints.length && (prints[at] as Print).tsUs <= endUs; at++) {
        carried = (prints[at] as Print).price;
        own.add(second);
      }
      sum += BigInt(carried);
    }
    const whole = sum / BigInt(seconds);
    const twice = 2n * (sum % BigInt(seconds));
    const up = twice > BigInt(seconds) || (twice === BigInt(seconds) && whole % 2n === 1n);
    return { price: Number(up ? whole + 1n : whole), prints: own.size };
  }
}
