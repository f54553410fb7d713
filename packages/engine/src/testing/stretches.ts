// Stretches: how fast a long run went at its beginning, while its code was compiled (cold, then
// warm-up), and from then on (steady), measured on the way, without a stop in between.

export type Figure = readonly [name: string, value: number, unit: string];

/** How many commands make a stretch, and after how many the code counts as compiled. */
export interface StretchSizes {
  readonly stretch: number;
  readonly warmUp: number;
}

interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** Processor time of all threads of the process, in microseconds. */
const processorUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

export class Stretches {
  readonly #sizes: StretchSizes;
  readonly #all: Stretch[] = [];
  #count = 0;
  #ms = performance.now();
  #processorUs = processorUs();

  /** Begins the first stretch. */
  constructor(sizes: StretchSizes) {
    this.#sizes = sizes;
  }

  /** Told often how many commands are done; the last stretch may be shorter than the others. */
  reached(count: number, last: boolean): void {
    const done = count - this.#count;
    if (done === 0 || (done < this.#sizes.stretch && !last)) return;
    const [ms, us] = [performance.now(), processorUs()];
    this.#all.push({
      from: this.#count,
      count: done,
      seconds: (ms - this.#ms) / 1e3,
      processorSeconds: (us - this.#processorUs) / 1e6,
    });
    [this.#count, this.#ms, this.#processorUs] = [count, ms, us];
  }

  /** Does what is not to be measured. */
  without<T>(work: () => T): T {
    const [ms, us] = [performance.now(), processorUs()];
    const done = work();
    this.#ms += performance.now() - ms;
    this.#processorUs += processorUs() - us;
    return done;
  }

  /** The first stretch is cold; those that begin after the warm-up and are whole are steady. */
  figures(name: string): Figure[] {
    const { stretch, warmUp } = this.#sizes;
    const [cold, ...later] = this.#all;
    const warming = later.filter(({ from }) => from < warmUp);
    const steady = later.filter(({ from, count }) => from >= warmUp && count >= stretch);
    const figures = [rate(`${name}, cold`, cold === undefined ? [] : [cold])];
    if (warming.length > 0) figures.push(rate(`${name}, warm-up`, warming));
    steady.forEach((one, i) => figures.push(rate(`${name}, steady ${i + 1}`, [one])));
    if (steady.length > 0) {
      figures.push([`${name}, steady, median`, median(steady.map(perSecond)), perSecondUnit]);
      const used = median(steady.map(({ processorSeconds, count }) => processorSeconds / count));
      figures.push([`${name}, steady, processor time`, used * 1e9, 'ns a command']);
    }
    return figures;
  }
}

const perSecondUnit = 'commands a second';

const perSecond = ({ count, seconds }: Stretch): number => count / seconds;

const rate = (name: string, stretches: readonly Stretch[]): Figure => {
  const count = stretches.reduce((sum, one) => sum + one.count, 0);
  const seconds = stretches.reduce((sum, one) => sum + one.seconds, 0);
  return [name, count / seconds, perSecondUnit];
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
};
