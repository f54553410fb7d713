// Venue table: every venue that there is a connector for, by name.
import type { VenueDefinition } from '../core/venue-definition.ts';
import type { SourceName } from '../market-event.ts';
import { binance } from './binance/binance.ts';
import { bitfinex } from './bitfinex/bitfinex.ts';
import { bitstamp } from './bitstamp/bitstamp.ts';
import { bybit } from './bybit/bybit.ts';
import { chainlink } from './chainlink/chainlink.ts';
import { coinbase } from './coinbase/coinbase.ts';
import { deribit } from './deribit/deribit.ts';
import { gemini } from './gemini/gemini.ts';
import { kraken } from './kraken/kraken.ts';
import { okx } from './okx/okx.ts';
import { pyth } from './pyth/pyth.ts';
import { redstone } from './redstone/redstone.ts';

export const venueTable: ReadonlyMap<SourceName, VenueDefinition> = new Map(
  [
    binance,
    bitfinex,
    bitstamp,
    bybit,
    chainlink,
    coinbase,
    deribit,
    gemini,
    kraken,
    okx,
    pyth,
    redstone,
  ].map((definition) => [definition.source, definition]),
);
