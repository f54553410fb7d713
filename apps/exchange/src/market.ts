// Market: where prices come from. The simulated source or a recording, driven second by second;
// without a market, a timer that lets due times (expiry, settlement, funding) pass.
import {
  type ContractTable,
  type IndexName,
  liveExpiries,
  type TsUs,
  usPerDay,
} from '@openstrike/domain';
import { createSimulatedSource } from '@openstrike/oracle';
import { createMarketDriver } from './market-driver.ts';
import { everySecondSpeedMax, type Market, type MarketParts } from './market-parts.ts';
import { createReplayMarket } from './replay-market.ts';

/**
 * Expiries that may be listed within a day, over all families of an index; forwards and slices
 * cover them ahead of their listing.
 */
export const expiriesToQuote = (tables: readonly ContractTable[]) => {
  const calendars = tables.flatMap((table) =>
    table.families.flatMap(({ indexName, options, futures }) =>
      [options?.calendar, futures?.calendar].flatMap((calendar) =>
        calendar === undefined ? [] : [{ indexName, calendar }],
      ),
    ),
  );
  return (indexName: IndexName, atUs: TsUs): readonly TsUs[] => {
    const found = new Set<TsUs>();
    for (const each of calendars) {
      if (each.indexName !== indexName) continue;
      for (const at of [atUs, (atUs + usPerDay) as TsUs]) {
        for (const { expiryUs } of liveExpiries(each.calendar, at)) found.add(expiryUs);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
};

/** The day's expiries change rarely: they are worked out once an hour of venue time. */
const rememberByHour = (expiriesOf: (indexName: IndexName, atUs: TsUs) => readonly TsUs[]) => {
  const remembered = new Map<IndexName, { hour: number; expiries: readonly TsUs[] }>();
  return (indexName: IndexName, atUs: TsUs): readonly TsUs[] => {
    const hour = Math.floor(atUs / 3_600_000_000);
    const known = remembered.get(indexName);
    if (known?.hour === hour) return known.expiries;
    const expiries = expiriesOf(indexName, atUs);
    remembered.set(indexName, { hour, expiries });
    return expiries;
  };
};

const createSimulatedMarket = async (parts: MarketParts): Promise<Market> => {
  const { options, tables, commands, queries, clock, log } = parts;
  const indexes = await queries.query('indexes', {});
  const usd = (name: IndexName): number | undefined => {
    const found = indexes.find((index) => index.indexName === name);
    return found === undefined || found.price <= 0 ? undefined : found.price / 1e6;
  };
  const btc = usd('btc_usd');
  const eth = usd('eth_usd');
  const fast = options.speed > everySecondSpeedMax;
  const source = createSimulatedSource({
    seed: options.seed,
    startUs: clock.nowUs(),
    expiriesOf: rememberByHour(expiriesToQuote(tables)),
    resumeFrom: { ...(btc && { BTC: btc }), ...(eth && { ETH: eth }) },
    forwardsEverySeconds: fast ? 10 : 1,
    surfaceEverySeconds: fast ? 60 : 1,
  });
  return createMarketDriver({
    commandsAt: (atUs) => source.commandsAt(atUs),
    commands,
    clock,
    onError: (error) => log.error({ err: error }, 'the market could not be moved on'),
  });
};

/**
 * Without a market only time passes: at most one command a second, and only when something is due.
 */
const createEmptyMarket = ({ commands, queries, clock, log }: MarketParts): Market => {
  let timer: NodeJS.Timeout | null = null;
  const pass = async (): Promise<void> => {
    const dueUs = await queries.query('next-timer', {});
    if (dueUs !== null && dueUs <= clock.nowUs()) await commands.submit({ type: 'pass-time' });
  };
  return {
    first: pass,
    start: () => {
      timer = setInterval(() => {
        pass().catch((error: unknown) => log.error({ err: error }, 'time could not pass'));
      }, 1_000);
    },
    stop: async () => {
      if (timer !== null) clearInterval(timer);
    },
  };
};

export const createMarket = async (parts: MarketParts): Promise<Market> => {
  if (parts.replay !== null) return createReplayMarket(parts, parts.replay);
  return parts.options.market === 'simulated'
    ? createSimulatedMarket(parts)
    : createEmptyMarket(parts);
};
