export { createDeribitVenue, type DeribitVenueOptions } from './deribit-venue.ts';
export * from './venue.ts';
