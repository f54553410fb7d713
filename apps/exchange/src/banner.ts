// Banner: what a person reads when the exchange is up: addresses, demo keys, and lines to copy.
import type { RunFile } from './run-file.ts';

const ccxtLine = (run: RunFile): string => {
  const keys = run.demoAccounts[0];
  const script = [
    "import ccxt from 'ccxt';",
    `const keys = { apiKey: '${keys?.clientId}', secret: '${keys?.clientSecret}' };`,
    'const exchange = new ccxt.deribit(keys);',
    `exchange.urls.api = { rest: '${run.http}' };`,
    "console.log(await exchange.createOrder('BTC/USD:BTC', 'market', 'buy', 100));",
  ].join(' ');
  const trust = run.certificate === null ? '' : `NODE_EXTRA_CA_CERTS='${run.certificate}' `;
  return `${trust}node --input-type=module -e "${script}"`;
};

export const banner = (run: RunFile, market: string): string => {
  const accounts = run.demoAccounts.map(
    ({ username, clientId, clientSecret }) =>
      `  ${username.padEnd(8)} client_id ${clientId}   client_secret ${clientSecret}`,
  );
  return [
    '',
    `Openstrike ${run.version} is open.`,
    '',
    `  HTTP       ${run.http}/api/v2`,
    `  WebSocket  ${run.ws}`,
    `  Market     ${market}`,
    `  Data       ${run.dataFolder} (run.json says all this to programs)`,
    '',
    'Demo accounts, funded with BTC, ETH and USDC:',
    '',
    ...accounts,
    '',
    'Trade with ccxt (npm install ccxt):',
    '',
    `  ${ccxtLine(run)}`,
    '',
    'Ctrl-C stops it; the next start goes on where it was.',
    '',
    '',
  ].join('\n');
};
