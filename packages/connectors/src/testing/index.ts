// For tests of other packages: local servers that speak venues' protocols, to which real
// connectors connect.
export { LocalVenue } from './local-venue.ts';
export type { Speaker } from './speaker.ts';
export { BitstampSpeaker } from './speakers/bitstamp-speaker.ts';
export { CoinbaseSpeaker } from './speakers/coinbase-speaker.ts';
export { KrakenSpeaker } from './speakers/kraken-speaker.ts';
