// Venue table: every venue that there is a connector for, by name.
import type { VenueDefinition } from '../core/venue-definition.ts';
import type { SourceName } from '../market-event.ts';
import { coinbase } from './coinbase/coinbase.ts';
import { deribit } from './deribit/deribit.ts';

export const venueTable: ReadonlyMap<SourceName, VenueDefinition> = new Map(
  [coinbase, deribit].map((definition) => [definition.source, definition]),
);
