export type { Connector, ConnectorListener } from './connector.ts';
export type * from './market-event.ts';
