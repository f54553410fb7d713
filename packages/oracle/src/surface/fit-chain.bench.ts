// Fits of whole chains: how they lie against the quotes, and what they cost. OPENSTRIKE_CHAINS
// names files of recorded chains (CSV, separated by commas) to fit besides the synthetic ones; only
// then there are a venue's own marks to compare with.
import { availableParallelism, cpus } from 'node:os';
import { type SviSlice, usPerDay, usPerYear } from '@openstrike/domain';
import { fitSvi, sviVolatility } from '@openstrike/pricing';
import { compareNumbers, log } from '@openstrike/std';
import { type ChainSnapshot, median } from '../replay/chain-snapshot.ts';
import { rowsByExpiry, tickOfCoins } from '../replay/fit-snapshot.ts';
import { openRecording } from '../replay/open-recording.ts';
import { syntheticChain, syntheticNowUs } from '../testing/synthetic-chain.ts';
import { type ExpiryQuotes, smileOf } from './chain-quotes.ts';
import { countQuotes, type ExpiryFit, fitChain } from './fit-chain.ts';
import { pinSlices } from './pins.ts';

/** What is counted over all surfaces; expiries of more than a day only. */
class Tally {
  surfaces = 0;
  expiries = 0;
  quoted = 0;
  inside = 0;
  withinTick = 0;
  /** The same of the marks with their pins at rest. */
  pinnedInside = 0;
  pinnedWithinTick = 0;
  pins = 0;
  violations = 0;
  readonly differences: number[] = [];
  readonly costsMs: number[] = [];

  add(expiries: readonly ExpiryFit[], violations: number, costMs: number): void {
    this.surfaces += 1;
    this.violations += violations;
    this.costsMs.push(costMs);
    for (const { timeYears, quoted, inside, withinTick } of expiries) {
      if (timeYears * usPerYear <= usPerDay) continue;
      this.expiries += 1;
      this.quoted += quoted;
      this.inside += inside;
      this.withinTick += withinTick;
    }
  }

  /** Pins the surface to the quotes as if they were our own books, and counts the marks. */
  addPinned(slices: readonly SviSlice[], chain: readonly ExpiryQuotes[]): void {
    for (const slice of pinSlices(slices, chain, new Map(), Number.POSITIVE_INFINITY)) {
      const expiry = chain.find(({ expiryUs }) => expiryUs === slice.expiryUs);
      if (expiry === undefined || slice.tauYears * usPerYear <= usPerDay) continue;
      const { inside, withinTick } = countQuotes(expiry, slice.tauYears, slice);
      this.pins += slice.pins?.length ?? 0;
      this.pinnedInside += inside;
      this.pinnedWithinTick += withinTick;
    }
  }

  tell(name: string): void {
    const share = (count: number): string => `${((100 * count) / this.quoted).toFixed(2)} %`;
    console.log(`${name}: ${this.surfaces} surfaces, ${this.expiries} expiries of over a day`);
    console.log(
      `  two-sided quotes ${this.quoted}: inside bid and ask ${share(this.inside)}, ` +
        `within a tick of them ${share(this.withinTick)}`,
    );
    console.log(
      `  with ${this.pins} pins at rest: inside ${share(this.pinnedInside)}, ` +
        `within a tick ${share(this.pinnedWithinTick)}`,
    );
    console.log(`  arbitrage violations: ${this.violations}`);
    if (this.differences.length > 0) {
      const points = (median(this.differences) * 100).toFixed(3);
      console.log(`  median difference to the venue's mark volatility: ${points} points`);
    }
    const best = Math.min(...this.costsMs).toFixed(1);
    console.log(`  a surface: median ${median(this.costsMs).toFixed(1)} ms, best ${best} ms`);
  }
}

const compareMarks = (tally: Tally, snapshot: ChainSnapshot, fits: readonly ExpiryFit[]): void => {
  const byExpiry = new Map(fits.map((fit) => [fit.expiryUs, fit]));
  for (const row of snapshot.rows) {
    const fit = byExpiry.get(row.expiryUs);
    if (row.markIv === null || row.bid === null || row.ask === null) continue;
    const slice = fit?.slice ?? null;
    if (fit === undefined || slice === null || fit.timeYears * usPerYear <= usPerDay) continue;
    const iv = sviVolatility(log(row.strike / row.forward), fit.timeYears, slice);
    tally.differences.push(Math.abs(iv - row.markIv));
  }
};

/** The quotes of a recorded chain in USD, each at its own forward. */
const quotesOf = (snapshot: ChainSnapshot): ExpiryQuotes[] =>
  [...rowsByExpiry(snapshot)].map(([expiryUs, rows]) => ({
    expiryUs,
    forward: median(rows.map(({ forward }) => forward)),
    quotes: rows.map(({ strike, optionType, bid, ask, forward }) => ({
      strike,
      optionType,
      forward,
      bid: bid === null ? null : bid * forward,
      ask: ask === null ? null : ask * forward,
      tick: tickOfCoins(bid ?? 0) * forward,
    })),
  }));

/** An expiry nearer than half an hour is settling. */
const yearsMin = 0.5 / (365 * 24);

const fitRecorded = async (files: readonly string[]): Promise<void> => {
  const tally = new Tally();
  const recording = await openRecording(files);
  for await (const snapshot of recording.snapshots()) {
    const nowUs = snapshot.atUs;
    const chain = quotesOf(snapshot).filter(
      ({ expiryUs }) => (expiryUs - nowUs) / usPerYear >= yearsMin,
    );
    const startedMs = performance.now();
    const { expiries, certificate, slices } = fitChain({ nowUs, expiries: chain });
    tally.add(expiries, certificate.violations.length, performance.now() - startedMs);
    tally.addPinned(slices, chain);
    compareMarks(tally, snapshot, expiries);
  }
  tally.tell('recorded chains');
};

const fitSynthetic = (rounds: number): void => {
  const tally = new Tally();
  for (let round = 0; round < rounds; round += 1) {
    const expiries = syntheticChain(round % 2 === 0 ? 'BTC' : 'ETH', 30, `chain ${round}`);
    const startedMs = performance.now();
    const fit = fitChain({ nowUs: syntheticNowUs, expiries });
    tally.add(fit.expiries, fit.certificate.violations.length, performance.now() - startedMs);
    tally.addPinned(fit.slices, expiries);
  }
  tally.tell('synthetic chains of twelve expiries, thirty strikes each');
};

/** One slice of thirty quotes from nothing, as the first of a surface is. */
const fitOneSlice = (rounds: number): void => {
  const chain = syntheticChain('BTC', 30);
  const costsMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const expiry = chain[round % chain.length];
    if (expiry === undefined) return;
    const timeYears = (expiry.expiryUs - syntheticNowUs) / usPerYear;
    const startedMs = performance.now();
    fitSvi({ timeYears, quotes: smileOf(expiry, timeYears) });
    costsMs.push(performance.now() - startedMs);
  }
  costsMs.sort(compareNumbers);
  const median = costsMs[costsMs.length >> 1]?.toFixed(2);
  console.log(
    `one slice of up to 30 strikes: median ${median} ms, best ${costsMs[0]?.toFixed(2)} ms`,
  );
};

export const run = async ({ smoke }: { readonly smoke: boolean }): Promise<void> => {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  const conditions = `${model}, ${availableParallelism()} threads, Node ${process.version}`;
  console.log(`Fits of chains, on one thread; ${conditions}`);
  const files = (process.env['OPENSTRIKE_CHAINS'] ?? '').split(',').filter((file) => file !== '');
  if (!smoke && files.length > 0) await fitRecorded(files);
  fitSynthetic(smoke ? 2 : 40);
  fitOneSlice(smoke ? 12 : 600);
};

if (import.meta.main) {
  await run({ smoke: false });
}
