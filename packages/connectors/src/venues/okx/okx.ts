// OKX: spot, swaps, futures and options, through the public WebSocket API v5. Source:
// okx.com/docs-v5.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { okxListing, okxMarket } from './okx-messages.ts';
import { OkxProtocol } from './okx-protocol.ts';

export const okx: VenueDefinition = {
  source: 'okx',
  addresses: { socket: 'wss://ws.okx.com:8443/ws/v5/public', rest: 'https://www.okx.com' },
  symbols: ['BTC-USDT', 'ETH-USDT', 'BTC-USDC', 'ETH-USDC', 'BTC-USD-SWAP', 'ETH-USD-SWAP'],
  symbolForm: 'BTC-USDT, BTC-USDT-SWAP, BTC-USD-261225 or BTC-USD-261225-100000-C',
  hasChains: true,
  parseSymbol: okxMarket,
  plan: ({ addresses, markets, chains, only }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: addresses['rest'] as string,
      createProtocol: (link) => new OkxProtocol(link),
      markets,
      listMarkets:
        chains.length === 0
          ? null
          : async (rest) => {
              const listed: ReturnType<typeof okxListing> = [];
              const queries = chains.map((coin) => `instType=OPTION&instFamily=${coin}-USD`);
              for (const query of [...queries, 'instType=FUTURES', 'instType=SWAP']) {
                listed.push(...okxListing(await rest.get(`/api/v5/public/instruments?${query}`)));
              }
              return listed.filter(
                (market) =>
                  market.contract.kind !== 'spot' &&
                  chains.includes(market.contract.underlying) &&
                  only(market),
              );
            },
      settings: {
        // 480 requests of subscription an hour on one connection.
        sendRate: { burst: 30, perSecond: 0.125 },
        // public/instruments: twenty requests in two seconds.
        restRate: { burst: 5, perSecond: 5 },
        pingEveryMs: 10_000,
        staleAfterMs: 15_000,
        // Three new connections a second from one address.
        backOff: { firstMs: 1_000, mostMs: 30_000 },
      },
    },
  ],
};
