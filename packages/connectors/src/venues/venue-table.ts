// Venue table: every venue that there is a connector for, by name.
import type { VenueDefinition } from '../core/venue-definition.ts';
import type { SourceName } from '../market-event.ts';
import { bitfinex } from './bitfinex/bitfinex.ts';
import { bitstamp } from './bitstamp/bitstamp.ts';
import { coinbase } from './coinbase/coinbase.ts';
import { deribit } from './deribit/deribit.ts';
import { gemini } from './gemini/gemini.ts';
import { kraken } from './kraken/kraken.ts';

export const venueTable: ReadonlyMap<SourceName, VenueDefinition> = new Map(
  [bitfinex, bitstamp, coinbase, deribit, gemini, kraken].map((definition) => [
    definition.source,
    definition,
  ]),
);
