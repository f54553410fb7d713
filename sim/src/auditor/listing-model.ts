// Listing model: what a command that asks for options must leave on the list. Invariants: of every
// place asked for a call and a put are listed, by their own names and in the family asked for; what
// the command adds is what was missing, in the order given; it is refused for a stated reason only.
import {
  type Applied,
  type ContractFamily,
  type ContractTable,
  coinPriceMax,
  type Instrument,
  type ListOptions,
  type OptionPlace,
} from '@openstrike/domain';
import type { Coverage } from '../coverage.ts';
import type { ContractFactsTable } from './contract-facts.ts';
import { hold, show } from './violation.ts';

const placesMax = 10_000;
const dayUs = 86_400_000_000;
const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');

/** `BTC-27DEC26-100000-C`. */
const nameOf = (family: string, { expiryUs, strike }: OptionPlace, type: 'C' | 'P'): string => {
  const date = new Date(expiryUs / 1_000);
  const year = String(date.getUTCFullYear()).slice(2);
  const code = `${date.getUTCDate()}${months[date.getUTCMonth()]}${year}`;
  return `${family}-${code}-${strike}-${type}`;
};

export class ListingModel {
  readonly #facts: ContractFactsTable;
  readonly #coverage: Coverage;
  /** Options listed in the present command, by name, in order. */
  readonly #added: Instrument[] = [];
  readonly #names = new Map<string, Instrument>();

  constructor(facts: ContractFactsTable, coverage: Coverage) {
    this.#facts = facts;
    this.#coverage = coverage;
  }

  listed(instrument: Instrument): void {
    hold(!this.#names.has(instrument.name), 'a name is listed once', () => instrument.name);
    this.#names.set(instrument.name, instrument);
    this.#added.push(instrument);
  }

  /** Holds what must hold between two commands. */
  close({ command, tsUs, events }: Applied): void {
    const added = this.#added.splice(0);
    if (command.type !== 'list-options') return;
    const reason = this.#reason(command, tsUs);
    const refused = events.some(({ type }) => type === 'command-rejected');
    hold(refused === (reason !== null), 'listings are refused for a reason', () =>
      show({ reason, command, events: events.slice(0, 5) }),
    );
    if (refused) return;
    const { family, options } = command;
    const asked = options.flatMap((place) =>
      (['C', 'P'] as const).map((type) => [nameOf(family, place, type), place, type] as const),
    );
    for (const [name, { expiryUs, strike }, type] of asked) {
      const one = this.#names.get(name);
      const right =
        one?.kind === 'option' &&
        one.family === family &&
        one.expiryUs === expiryUs &&
        one.strike === strike &&
        one.optionType === (type === 'C' ? 'call' : 'put');
      hold(right, 'what is asked for is listed', () => `${name}: ${show(one)}`);
    }
    // Timers list before the command does, and it nothing that they did.
    const own = new Set(asked.map(([name]) => name));
    const missing = added.filter(({ name }) => own.has(name)).map(({ name }) => name);
    const order = [...own].filter((name) => missing.includes(name));
    const last = added.slice(added.length - missing.length).map(({ name }) => name);
    hold(
      missing.length === 0 || (show(last) === show(missing) && show(missing) === show(order)),
      'a command lists what is missing, in its order',
      () => `${show(last)} ${show(order)}`,
    );
    this.#coverage.count('listing', 'asked for', asked.length);
    this.#coverage.count('listing', 'added', missing.length);
  }

  /** Why a command must be refused; null where it must not. */
  #reason({ family: name, options }: ListOptions, tsUs: number): string | null {
    const found = this.#familyOf(name);
    if (found === null) return 'no such family';
    const { table, family } = found;
    if (!family.listed || family.options === null) return 'a family without options';
    if (options.length > placesMax) return 'too many places';
    const strikeMax = coinPriceMax[table.underlying];
    for (const { expiryUs, strike } of options) {
      if (expiryUs <= tsUs) return 'expired';
      if (expiryUs % dayUs !== dayUs / 3) return 'no expiry';
      if (!Number.isSafeInteger(strike) || strike <= 0 || strike > strikeMax) return 'no strike';
    }
    return null;
  }

  #familyOf(
    name: string,
  ): { readonly table: ContractTable; readonly family: ContractFamily } | null {
    for (const table of this.#facts.tables.values()) {
      const family = table.families.find((each) => each.name === name);
      if (family !== undefined) return { table, family };
    }
    return null;
  }
}
