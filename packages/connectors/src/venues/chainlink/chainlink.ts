// Chainlink: signed reports of Data Streams, for whoever has an account there and names the oracle
// network that he trusts. Source: docs.chain.link, Data Streams.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import {
  ChainlinkProtocol,
  chainlinkFeed,
  chainlinkHeaders,
  chainlinkMarket,
} from './chainlink-protocol.ts';

export const chainlink: VenueDefinition = {
  source: 'chainlink',
  addresses: { socket: 'wss://ws.dataengine.chain.link' },
  symbols: ['BTC/USD', 'ETH/USD'],
  symbolForm: 'BTC/USD',
  hasChains: false,
  signed: { signers: null, needsCredentials: true },
  parseSymbol: chainlinkMarket,
  plan: ({ addresses, markets, signers, credentials }) => [
    {
      name: 'socket',
      address: (followed) => {
        const ids = followed.map(({ venueSymbol }) => chainlinkFeed(venueSymbol)).join(',');
        return `${addresses['socket'] as string}/api/v1/ws?feedIDs=${ids}`;
      },
      headers: (address) => chainlinkHeaders(address, credentials, Date.now()),
      restAddress: null,
      createProtocol: (link) => new ChainlinkProtocol(link, signers),
      markets,
      listMarkets: null,
      settings: { frameBytesMax: 2 ** 16, symbolSilenceMaxMs: 60_000 },
    },
  ],
};
