// Portfolios whose margins another venue publishes, through a thin adapter. The figures are not
// ours to copy: the folder that holds them is named by OPENSTRIKE_VECTORS, and without it these
// tests are skipped.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { black76 } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import { MarginSheet } from './margin-sheet.ts';
import { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';

interface PublishedCase {
  readonly id: string;
  readonly stable_price: number;
  readonly cash: number;
  readonly markets: Readonly<
    Record<
      string,
      {
        readonly spot: number;
        readonly perp: number;
        readonly base: number;
        readonly options: readonly {
          readonly sec: number;
          readonly K: number;
          readonly call: boolean;
          readonly amt: number;
          readonly vol: number;
        }[];
        readonly fwd: readonly {
          readonly sec: number;
          readonly F: number;
          readonly conf: number;
          readonly volConf: number;
        }[];
      }
    >
  >;
  readonly expected?: { readonly IM: number; readonly MM: number };
  readonly expected_truncated?: { readonly im: number; readonly mm: number };
}

const folder = process.env.OPENSTRIKE_VECTORS;
const read = (name: string): readonly PublishedCase[] => {
  const path = folder === undefined ? '' : join(folder, name);
  if (!existsSync(path)) {
    return [];
  }
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly PublishedCase[] };
  // Books of options alone: our rules for futures, collateral and oracle confidence are other
  // rules.
  return cases.filter(
    (row) =>
      row.stable_price >= 1 &&
      Object.values(row.markets).every(
        (market) =>
          market.perp === 0 &&
          market.base === 0 &&
          market.fwd.every((forward) => forward.conf >= 1 && forward.volConf >= 1),
      ),
  );
};

const rates = { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 };

const marginOf = (
  row: PublishedCase,
): { readonly initial: number; readonly maintenance: number } => {
  const sheet = new MarginSheet();
  let setKey = 0;
  for (const { spot, options, fwd } of Object.values(row.markets)) {
    for (const { sec, F } of fwd) {
      setKey += 1;
      for (const option of options.filter((each) => each.sec === sec)) {
        const optionType = option.call ? 'call' : 'put';
        const callSign = option.call ? 1 : -1;
        const years = sec / (365 * 86_400);
        const mark = black76(F, option.K, years, option.vol, callSign);
        const initial = shortOptionInitial(rates, 'linear', optionType, option.K, spot, mark);
        const maintenance = shortOptionMaintenance(rates, 'linear', optionType, spot, mark);
        // That venue keeps a put's initial margin 5 % above its maintenance margin.
        sheet.addOption({
          offset: 'linear',
          setKey,
          strike: option.K,
          callSign,
          forward: F,
          minorPerLot: 1e6,
          shortInitial: Math.max(initial, option.call ? 0 : 1.05 * maintenance),
          shortMaintenance: maintenance,
          unpaired: { unpairedInitial: 1.2, unpairedMaintenance: 1.1 },
          sizeLots: option.amt,
          openBuyLots: 0,
          openSellLots: 0,
          buyReserve: 0,
          sellReserve: 0,
        });
      }
    }
  }
  sheet.finish();
  return { initial: sheet.initial / 1e6, maintenance: sheet.maintenance / 1e6 };
};

const exact = read('derive_srm_exact_28.json');
const truncated = read('derive_srm_portfolio_42.json');

describe.skipIf(exact.length === 0)(
  'published figures, exact (OPENSTRIKE_VECTORS names them)',
  () => {
    test.each(exact.map((row) => [row.id, row] as const))('%s', (_, row) => {
      const { initial, maintenance } = marginOf(row);
      const { IM, MM } = row.expected as { IM: number; MM: number };
      expect(row.cash - initial).toBeCloseTo(IM, 5);
      expect(row.cash - maintenance).toBeCloseTo(MM, 5);
    });
  },
);

describe.skipIf(truncated.length === 0)('published figures, truncated to dollars', () => {
  test.each(truncated.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const { initial, maintenance } = marginOf(row);
    const { im, mm } = row.expected_truncated as { im: number; mm: number };
    expect(Math.abs(row.cash - initial - im)).toBeLessThanOrEqual(1);
    expect(Math.abs(row.cash - maintenance - mm)).toBeLessThanOrEqual(1);
  });
});
