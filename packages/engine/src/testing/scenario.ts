// Scenario: runs a text of commands and writes it again with what the engine answered at the right.
// A test compares both texts, so the expectation is the file itself; the grammar is in
// `testdata/engine/README.md`.
import {
  type AccountId,
  type Command,
  type Currency,
  type Event,
  goodIndex,
  type IndexName,
  type IndexStatus,
  type Instrument,
  type OrderId,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { accountCommand, cashOf, Words } from './scenario-commands.ts';
import { showAmount, showCash, showEvent, showPrice } from './scenario-events.ts';
import { TestEngine } from './test-engine.ts';
import { testTables } from './test-tables.ts';

/** Column at which answers begin. */
const COLUMN = 58;

const secondsOf = (word: string): number => {
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[word.at(-1) as 's'];
  return Number(word.slice(0, -1)) * unit;
};

class Scenario {
  readonly #test = new TestEngine();
  readonly #aliases = new Map<string, string>();
  readonly #accounts = new Map<string, AccountId>();
  readonly #byId = new Map<number, Instrument>();
  #money = false;
  /** Kinds of events left out. */
  readonly #quiet = new Set<string>(['instrument-listed', 'funding-hour-closed']);

  /** Runs one line; what it answers, line by line. */
  run(line: string): string[] {
    const words = new Words(line);
    const verb = words.take();
    switch (verb) {
      case 'at':
        return this.#pass(Date.parse(`${words.rest().replace(' ', 'T')}Z`) * 1000);
      case 'wait':
        return this.#pass(this.#test.nowUs + secondsOf(words.take()) * 1e6);
      case 'announce':
        return this.#announce(words);
      case 'venue':
        return this.#venue(words);
      case 'repeat':
        return this.#repeat(words.number(), words.rest());
      case 'let': {
        const name = words.take();
        words.take();
        this.#aliases.set(name, words.take());
        return [];
      }
      case 'show':
      case 'hide':
        this.#setShown(verb === 'show', words.take());
        return [];
      case 'account':
        return this.#account(words);
      case 'index':
        return this.#index(words);
      case 'auctions': {
        if (words.peek() === 'off') return this.#apply({ type: 'set-call-auctions', terms: null });
        const window = { move: words.number(), seconds: words.number(), everySeconds: 1 };
        const terms = { windows: [window], auctionSeconds: words.number() };
        return this.#apply({ type: 'set-call-auctions', terms });
      }
      case 'curve': {
        const name = words.take() as IndexName;
        const forward = words.number();
        return this.#shown(this.#test.curve(name, forward, words.number() / 100));
      }
      case 'prints':
        return this.#prints(words);
      case 'insurance': {
        const amount = words.number();
        const currency = words.take() as Currency;
        return this.#apply({ type: 'seed-insurance', currency, amount: cashOf(amount, currency) });
      }
      case 'publish': {
        const { statement } = this.#test.engine.query('liabilities', {});
        const settledUs = statement?.settledUs ?? (0 as never);
        return this.#apply({ type: 'publish-liabilities', settledUs, root: words.take() });
      }
      case 'halt':
      case 'resume': {
        const scope = words.take() as Currency | 'all';
        const state = verb === 'halt' ? 'halted' : 'open';
        return this.#apply({ type: 'set-trading', scope, state, reason: 'operator' });
      }
      case 'book':
        return this.#drawBook(this.#instrument(words.take()));
      case 'position':
        return this.#drawPosition(words);
      case 'summary':
        return this.#drawSummary(words);
      case 'mark':
        return this.#drawMark(this.#instrument(words.take()));
      default:
        return this.#apply(this.#accountCommand(verb, words));
    }
  }

  #accountCommand(name: string, words: Words): Command {
    const names = {
      accounts: this.#accounts,
      instrument: (alias: string) => this.#instrument(alias),
      reference: `command ${this.#test.seq}`,
    };
    const contractOf = (orderId: OrderId): Instrument | null => {
      const order = this.#test.engine.query('order', { orderId });
      return order === null ? null : (this.#byId.get(order.instrumentId) ?? null);
    };
    return accountCommand(names, name, contractOf, words);
  }

  #instrument(alias: string): Instrument {
    const name = this.#aliases.get(alias) ?? alias;
    return name === 'nothing'
      ? ({ id: 9999, lot: { num: 1, den: 1 }, tick: { num: 1, den: 1 } } as Instrument)
      : this.#test.instrument(name);
  }

  #setShown(show: boolean, what: string): void {
    if (what === 'money') this.#money = show;
    else if (show) this.#quiet.delete(what);
    else this.#quiet.add(what);
  }

  #apply(command: Command): string[] {
    return this.#shown(this.#test.apply(command));
  }

  #pass(untilUs: number): string[] {
    this.#test.nowUs = untilUs;
    return this.#apply({ type: 'pass-time' });
  }

  #index(words: Words): string[] {
    const name = words.take() as IndexName;
    const price = words.number();
    if (words.left === 0) return this.#shown(this.#test.index(name, price));
    const status = words.take() as IndexStatus;
    const command = goodIndex(name, Math.round(price * 1e6) as UsdMicros);
    return this.#apply({ ...command, status });
  }

  /** Tables in force, with an index and flat curves. */
  /** Tables of another version, for so long a time ahead; `announce nothing` withdraws them. */
  #announce(words: Words): string[] {
    const when = words.take();
    const withdrawn = when === 'nothing';
    const aheadUs = withdrawn ? 0 : secondsOf(when) * 1e6;
    const tables = withdrawn ? [] : testTables.map((table) => ({ ...table, version: 2 }));
    const effectiveUs = (this.#test.nowUs + aheadUs) as TsUs;
    return this.#apply({ type: 'announce-tables', tables, effectiveUs });
  }

  #venue(words: Words): string[] {
    if (words.peek() === 'unmarked') {
      this.#test.apply({ type: 'configure', tables: testTables });
    } else {
      const price = words.number();
      this.#test.open(testTables, price, words.number() / 100);
    }
    for (const instrument of this.#test.instruments.values()) {
      this.#byId.set(instrument.id, instrument);
    }
    return [];
  }

  /**
   * The same line so many times, `{}` standing for the count; only the last one's answer is told.
   */
  #repeat(times: number, line: string): string[] {
    let answers: string[] = [];
    for (let n = 1; n <= times; n++) {
      answers = this.run(line.replaceAll('{}', String(n)));
    }
    return answers;
  }

  #account(words: Words): string[] {
    const name = words.take();
    let parentId: AccountId | null = null;
    if (words.left > 0) {
      words.take();
      const parent = words.take();
      parentId = this.#accounts.get(parent) ?? (99 as AccountId);
    }
    const events = this.#test.apply({ type: 'create-account', parentId, name });
    const [event] = events;
    if (event?.type === 'account-changed') this.#accounts.set(name, event.accountId);
    return this.#shown(events);
  }

  /** One index value a second, up to a time. */
  #prints(words: Words): string[] {
    const name = words.take() as IndexName;
    const price = words.number();
    const untilUs = this.#test.nowUs + secondsOf(words.take()) * 1e6;
    const lines: string[] = [];
    while (this.#test.nowUs < untilUs) {
      this.#test.nowUs += 1e6;
      lines.push(...this.#shown(this.#test.index(name, price)));
    }
    return lines;
  }

  #shown(events: readonly Event[]): string[] {
    const lines: string[] = [];
    for (const event of events) {
      if (event.type === 'instrument-listed') this.#byId.set(event.instrument.id, event.instrument);
      if (this.#quiet.has(event.type)) continue;
      const line = showEvent(event, this.#names, this.#money);
      if (line !== null) lines.push(line);
    }
    return lines;
  }

  readonly #names = {
    instrument: (id: number): Instrument => this.#byId.get(id) as Instrument,
    accountName: (id: number): string => {
      for (const [name, accountId] of this.#accounts) if (accountId === id) return name;
      return `account ${id}`;
    },
  };

  #drawBook(contract: Instrument): string[] {
    const book = this.#test.engine.query('book', { instrumentId: contract.id });
    const show = (side: string) => (level: readonly [number, number]) =>
      `  ${side} ${showAmount(contract, level[1])} @ ${showPrice(contract, level[0])}`;
    const asks = (book?.asks ?? []).map(show('ask')).reverse();
    const lines = [...asks, ...(book?.bids ?? []).map(show('bid'))];
    return lines.length === 0 ? ['  empty'] : lines;
  }

  #drawPosition(words: Words): string[] {
    const accountId = this.#accounts.get(words.take()) as AccountId;
    const contract = this.#instrument(words.take());
    const all = this.#test.engine.query('positions', { accountId });
    const found = all.find(({ instrumentId }) => instrumentId === contract.id);
    if (found === undefined) return ['none'];
    const cash = (minor: number): string => showCash(minor, contract.settlementCurrency);
    return [
      `${showAmount(contract, found.sizeLots)} at ${Number(found.averagePrice.toFixed(6))}`,
      `floating ${cash(found.floatingProfit)}, realised ${cash(found.realised)}`,
      `margin ${cash(found.initialMargin)} / ${cash(found.maintenanceMargin)}`,
    ];
  }

  #drawSummary(words: Words): string[] {
    const accountId = this.#accounts.get(words.take()) as AccountId;
    const currency = words.take() as Currency;
    const found = this.#test.engine.query('account-summary', { accountId, currency });
    if (typeof found === 'string') return [found];
    const cash = (minor: number): string => showCash(minor, currency);
    return [
      `balance ${cash(found.balance)}, equity ${cash(found.equity)}`,
      `margin ${cash(found.initialMargin)} (orders ${cash(found.openOrdersMargin)}) ` +
        `/ ${cash(found.maintenanceMargin)}`,
      `available ${cash(found.availableFunds)}`,
    ];
  }

  #drawMark(contract: Instrument): string[] {
    const views = this.#test.engine.query('instruments', {});
    const mark = views.find(({ instrument }) => instrument.id === contract.id)?.mark;
    if (!mark) return ['none'];
    const low = showPrice(contract, mark.bandMinTicks);
    const high = showPrice(contract, mark.bandMaxTicks);
    return [`${Number(mark.markPrice.toFixed(6))}, band ${low} to ${high}`];
  }
}

const isPlain = (line: string): boolean => line.trim() === '' || line.startsWith('#');

/** The commands and remarks of a text, without the answers at the right. */
const commandsOf = (text: string): string[] => {
  const commands: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const command = line.replace(/\s*\|.*$/, '').trimEnd();
    if (isPlain(line)) commands.push(line);
    else if (command !== '') commands.push(command);
  }
  return commands;
};

/** A scenario's text with the answers that the engine gives. */
export const runScenario = (text: string): string => {
  const scenario = new Scenario();
  const lines: string[] = [];
  for (const command of commandsOf(text)) {
    if (isPlain(command)) {
      lines.push(command);
      continue;
    }
    let answers: string[];
    try {
      answers = scenario.run(command);
    } catch (error) {
      throw new Error(`in line "${command}"`, { cause: error });
    }
    const [first, ...rest] = answers;
    lines.push(first === undefined ? command : `${command.padEnd(COLUMN)} | ${first}`.trimEnd());
    for (const answer of rest) lines.push(`${' '.repeat(COLUMN)} | ${answer}`);
  }
  return `${lines.join('\n')}\n`;
};
