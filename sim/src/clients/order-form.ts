// Order form: short ways to a whole place-order command, with prices and sizes as people choose
// them: near the mark, on the grid, of a few lots.
import {
  type AccountId,
  type Instrument,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type Side,
  type SizeLots,
  type TickStep,
} from '@openstrike/domain';
import type { Random } from '@openstrike/std';
import { chance, pick, type World } from '../world.ts';

/** API keys that clients use by turns; some orders come without one. */
export const apiKeys: readonly string[] = ['key-1', 'key-2'];
/** A limit order with whatever differs. */
export const orderOf = (
  accountId: AccountId,
  instrument: Instrument,
  side: Side,
  sizeLots: number,
  priceTicks: number,
  more: Partial<PlaceOrder> = {},
): PlaceOrder => ({
  ...plainOrder,
  accountId,
  instrumentId: instrument.id,
  side,
  sizeLots: sizeLots as SizeLots,
  priceTicks: priceTicks as PriceTicks,
  ...more,
});

/** Half of all orders go to a few instruments, so that books fill. */
export const someInstrument = (world: World, random: Random): Instrument | null => {
  const all = world.market.instruments();
  if (all.length === 0) return null;
  const busy = chance(random, 0.6) ? all.slice(0, 4).concat(all.slice(-2)) : all;
  return pick(random, busy);
};

/** The mark in ticks, as a double; null before the first. */
export const markTicks = (world: World, { id, tick }: Instrument): number | null => {
  const mark = world.venue.feeds.mark(id);
  if (mark === null || Number.isNaN(mark.markPrice)) return null;
  return (mark.markPrice * tick.den) / tick.num;
};

/** The nearest price on the grid at or below, at least one step. */
export const onGrid = (steps: readonly TickStep[], ticks: number): number => {
  let multiple = 1;
  for (const step of steps) {
    if (ticks > step.aboveTicks) multiple = step.multiple;
  }
  const rounded = Math.floor(ticks / multiple) * multiple;
  return Math.max(1, Math.min(rounded, 0x3fff_ffff));
};

/** A price around the mark, on the grid. */
export const priceNear = (
  world: World,
  random: Random,
  instrument: Instrument,
  spread: number,
): number => {
  const mark = markTicks(world, instrument) ?? 100;
  const width = instrument.kind === 'option' ? Math.max(spread * mark, 4) : spread * 0.02 * mark;
  return onGrid(instrument.tickSteps, mark + width * (2 * random.nextFloat() - 1));
};

/** A few lots; now and then many. */
export const someLots = (random: Random, instrument: Instrument): number => {
  const large = chance(random, 0.05);
  const most = instrument.kind === 'option' ? (large ? 300 : 20) : large ? 20_000 : 500;
  return instrument.sizeLotsMin * random.nextInt(1, most + 1);
};
