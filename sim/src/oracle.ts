// Oracle: the simulated market said to the venue second by second, and how an oracle fails: it
// repeats itself, says something far off, or says nothing, over an expiry too.
import {
  type Command,
  type IndexName,
  type UsdMicros,
  usPerDay,
  usPerHour,
} from '@openstrike/domain';
import { createSimulatedSource, type SimulatedSource } from '@openstrike/oracle';
import type { Random } from '@openstrike/std';
import { contractTables } from './contracts.ts';
import { pick, type World } from './world.ts';

type OracleFault = 'stale' | 'outlier' | 'gap' | 'flagged' | 'frozen';

const scaled = (price: UsdMicros, factor: number): UsdMicros =>
  Math.round(price * factor) as UsdMicros;

const moved = (command: Command, factor: number): Command => {
  if (factor === 1 || command.type !== 'set-index') return command;
  const forwards = command.forwards?.map(({ expiryUs, price }) => ({
    expiryUs,
    price: scaled(price, factor),
  }));
  return { ...command, price: scaled(command.price, factor), ...(forwards && { forwards }) };
};

export class Oracle {
  readonly #world: World;
  readonly #random: Random;
  readonly #source: SimulatedSource;
  readonly #indexNames: ReadonlySet<IndexName>;
  readonly #stalePrices = new Map<IndexName, UsdMicros>();
  #fault: OracleFault | null = null;
  #faultEndsUs = 0;
  faults = true;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    const { options, market, venue } = world;
    const families = contractTables(options).flatMap((table) => table.families);
    this.#indexNames = new Set(families.map(({ indexName }) => indexName));
    this.#source = createSimulatedSource({
      seed: `simulation ${options.seed}`,
      startUs: venue.nowUs(),
      expiriesOf: (indexName, atUs) => market.expiriesOf(indexName, atUs),
      surfaceEverySeconds: options.oracle.surfaceEverySeconds,
      forwardsEverySeconds: options.oracle.forwardsEverySeconds,
    });
  }

  /** What it would say now, before any fault. */
  commands(): readonly Command[] {
    const factor = this.#factor();
    return this.#source
      .commandsAt(this.#world.venue.nowUs())
      .filter((command) => !('indexName' in command) || this.#indexNames.has(command.indexName))
      .map((command) => moved(command, factor));
  }

  /** Where the crashes of the run have brought prices to. */
  #factor(): number {
    const { options, schedule } = this.#world;
    const elapsed = (schedule.nowUs - options.startUs) / 1e6;
    let all = 1;
    for (const { afterSeconds, seconds, factor } of options.crashes) {
      const done = Math.min(1, Math.max(0, (elapsed - afterSeconds) / seconds));
      all *= 1 + (factor - 1) * done;
    }
    return all;
  }

  /** Speaks once. */
  tick(): void {
    for (const command of this.commands()) {
      const spoilt = this.#spoil(command);
      for (const said of spoilt === null ? [] : this.#apart(spoilt)) {
        // What a venue that is down does not hear is not said again.
        this.#world.venue.submit(said).catch(() => this.#world.coverage.count('oracle', 'unheard'));
      }
    }
  }

  /** Now and then forwards come after their index value, as another oracle may say them. */
  #apart(command: Command): readonly Command[] {
    if (command.type !== 'set-index' || command.forwards === undefined) return [command];
    if (this.#random.nextFloat() > 0.1) return [command];
    const { forwards, ...value } = command;
    return [value, { type: 'set-forwards', indexName: command.indexName, forwards }];
  }

  /** Begins to fail for a while. */
  fail(): void {
    const { venue, coverage } = this.#world;
    const fault = pick(this.#random, ['stale', 'outlier', 'gap', 'flagged', 'frozen'] as const);
    this.#fault = fault;
    this.#faultEndsUs = venue.nowUs() + this.#random.nextInt(1, 15_000_000);
    coverage.count('oracle', fault);
  }

  #spoil(command: Command): Command | null {
    if (!this.faults) return command;
    if (this.#isSilentNow()) {
      this.#world.coverage.count('oracle', 'silent over expiry');
      return null;
    }
    if (this.#world.venue.nowUs() > this.#faultEndsUs) this.#fault = null;
    if (command.type !== 'set-index') return this.#fault === 'gap' ? null : command;
    const { indexName, price } = command;
    switch (this.#fault) {
      case 'gap':
        return null;
      case 'flagged':
        return { ...command, price: Math.round(price * 1.5) as UsdMicros, status: 'flagged' };
      case 'frozen':
        return { ...command, price: this.#stalePrices.get(indexName) ?? price, status: 'frozen' };
      case 'stale':
        return { ...command, price: this.#stalePrices.get(indexName) ?? price };
      case 'outlier': {
        this.#fault = null;
        const factor = pick(this.#random, [0.5, 0.8, 0.95, 1.05, 1.25, 2]);
        return { ...command, price: Math.round(price * factor) as UsdMicros };
      }
      default:
        this.#stalePrices.set(indexName, price);
        return command;
    }
  }

  #isSilentNow(): boolean {
    if (!this.#world.options.oracle.silentOverExpiry) return false;
    const intoDayUs = this.#world.venue.nowUs() % usPerDay;
    const fromExpiryUs = intoDayUs - 8 * usPerHour;
    return fromExpiryUs > -20_000_000 && fromExpiryUs < 20_000_000;
  }
}
