// Market: where prices come from. The simulated source or a recording, driven second by second; the
// world's venues; without a market, a timer that lets due times (expiry, settlement, funding) pass.
import type { IndexName } from '@openstrike/domain';
import { createSimulatedSource } from '@openstrike/oracle';
import { expiriesToQuote, rememberByHour } from './expiries-to-quote.ts';
import { createLiveMarket } from './live-market.ts';
import { createMarketDriver } from './market-driver.ts';
import { everySecondSpeedMax, type Market, type MarketParts } from './market-parts.ts';
import { createReplayMarket } from './replay-market.ts';

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
  switch (parts.options.market) {
    case 'simulated':
      return createSimulatedMarket(parts);
    case 'live':
      return createLiveMarket(parts);
    default:
      return createEmptyMarket(parts);
  }
};
