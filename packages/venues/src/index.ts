export { createDeribitVenue, type DeribitVenueOptions } from './deribit-venue.ts';
export { type ReconnectOptions, reconnectDelayMs } from './reconnect-delay.ts';
export * from './venue.ts';
