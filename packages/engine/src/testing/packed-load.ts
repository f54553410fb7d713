// Packed load: a recorded stream in numbers, as a journal keeps it, so that the collector has no
// million commands of a benchmark to mark, and a process that has run nothing before can read it
// from a folder. They are decoded a batch at a time and are young then, as those of clients are.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AccountId,
  type Command,
  type InstrumentId,
  type OrderId,
  type PriceTicks,
  plainEdit,
  plainOrder,
  type SizeLots,
} from '@openstrike/domain';
import type { LoadStream } from './load-stream.ts';

const batchSize = 1_000;
/** Numbers of a command. */
const width = 5;

/** The numbers of a command of the usual form. */
const fieldsOf = (command: Command): readonly number[] | null => {
  switch (command.type) {
    case 'place-order': {
      const { accountId, instrumentId, side, priceTicks, sizeLots } = command;
      return [side === 'buy' ? 1 : 2, accountId, instrumentId, priceTicks, sizeLots];
    }
    case 'edit-order':
      return [3, command.accountId, command.orderId, command.priceTicks ?? 0, 0];
    case 'cancel-order':
      return [4, command.accountId, command.orderId, 0, 0];
    default:
      return null;
  }
};

/** What is kept as text: commands of other forms, and the rest of the stream. */
interface PackedText {
  readonly setup: readonly Command[];
  readonly others: readonly string[];
  readonly instruments: number;
  readonly startUs: number;
  readonly stepUs: number;
}

const numbersIn = (folder: string): string => join(folder, 'load.f64');
const textIn = (folder: string): string => join(folder, 'load.json');

/** Writes a stream into a folder. */
export const packLoad = (folder: string, { load, ...stream }: LoadStream): void => {
  const numbers = new Float64Array(load.length * width);
  const others: string[] = [];
  load.forEach((command, n) => {
    const fields = fieldsOf(command);
    const at = n * width;
    if (fields !== null) {
      numbers.set(fields, at);
      if (JSON.stringify(unpack(numbers, others, at)) === JSON.stringify(command)) return;
    }
    numbers[at] = 0;
    numbers[at + 1] = others.push(JSON.stringify(command)) - 1;
  });
  writeFileSync(numbersIn(folder), numbers);
  writeFileSync(textIn(folder), JSON.stringify({ ...stream, others } satisfies PackedText));
};

const unpack = (numbers: Float64Array, others: readonly string[], at: number): Command => {
  const [kind, accountId, id, priceTicks, sizeLots] = numbers.subarray(at, at + width);
  switch (kind) {
    case 1:
    case 2:
      return {
        ...plainOrder,
        accountId: accountId as AccountId,
        instrumentId: id as InstrumentId,
        side: kind === 1 ? 'buy' : 'sell',
        priceTicks: priceTicks as PriceTicks,
        sizeLots: sizeLots as SizeLots,
      };
    case 3:
      return {
        ...plainEdit,
        accountId: accountId as AccountId,
        orderId: id as OrderId,
        priceTicks: priceTicks as PriceTicks,
      };
    case 4:
      return { type: 'cancel-order', accountId: accountId as AccountId, orderId: id as OrderId };
    default:
      return JSON.parse(others[accountId as number] as string) as Command;
  }
};

/** A stream in a folder. */
export class PackedLoad {
  readonly setup: readonly Command[];
  readonly instruments: number;
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly #numbers: Float64Array;
  readonly #others: readonly string[];

  constructor(folder: string) {
    const text = JSON.parse(readFileSync(textIn(folder), 'utf8')) as PackedText;
    this.setup = text.setup;
    this.instruments = text.instruments;
    this.startUs = text.startUs;
    this.stepUs = text.stepUs;
    this.#others = text.others;
    this.#numbers = new Float64Array(new Uint8Array(readFileSync(numbersIn(folder))).buffer);
    this.count = this.#numbers.length / width;
  }

  /** How many batches there are. */
  get batches(): number {
    return Math.ceil(this.count / batchSize);
  }

  /** The commands of a batch, decoded anew. */
  batch(n: number): readonly Command[] {
    const batch: Command[] = [];
    for (let at = n * batchSize; at < Math.min((n + 1) * batchSize, this.count); at++) {
      batch.push(unpack(this.#numbers, this.#others, at * width));
    }
    return batch;
  }
}
