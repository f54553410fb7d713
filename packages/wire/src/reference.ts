// Reference: the API reference as Markdown, written from the very schemas that the door checks
// with. Invariant: the text depends on the methods and channels given and on nothing else, so a
// test can say whether the committed file is current.
import type { TObject, TSchema } from 'typebox';
import type { ChannelRow } from './channels.ts';

/** What the reference needs to know of a method. */
export interface ReferenceMethod {
  readonly name: string;
  readonly summary: string;
  readonly scope: string | null;
  readonly transport: 'any' | 'websocket';
  readonly rateClass: string;
  readonly params: TObject;
  readonly result: TSchema;
}

export interface ReferenceGroup {
  readonly title: string;
  readonly methods: readonly ReferenceMethod[];
}

interface SchemaView {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaView[];
  readonly items?: SchemaView | readonly SchemaView[];
  readonly properties?: Readonly<Record<string, SchemaView>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, SchemaView>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** Object shapes with a name are printed once, under Types, and named elsewhere. */
type Named = Map<string, SchemaView>;

const isNamed = (schema: SchemaView): boolean =>
  schema.type === 'object' && schema.title !== undefined && schema.properties !== undefined;

const typeText = (schema: SchemaView, named: Named): string => {
  if (isNamed(schema)) {
    const title = schema.title as string;
    if (!named.has(title)) {
      named.set(title, schema);
      for (const member of Object.values(schema.properties ?? {})) typeText(member, named);
    }
    return `@${title}`;
  }
  if (schema.enum !== undefined) {
    return schema.enum.map((word) => JSON.stringify(word)).join(' | ');
  }
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((member) => typeText(member, named)).join(' | ');
  }
  switch (schema.type) {
    case 'array':
      return arrayText(schema, named);
    case 'object':
      return objectText(schema, named);
    case undefined:
      return 'any';
    default:
      return `${schema.type}${rangeText(schema)}`;
  }
};

const rangeText = ({ minimum, maximum, maxLength }: SchemaView): string => {
  if (minimum !== undefined || maximum !== undefined) {
    return ` (${minimum ?? ''}..${maximum ?? ''})`;
  }
  return maxLength === undefined ? '' : ` (at most ${maxLength} characters)`;
};

const arrayText = (schema: SchemaView, named: Named): string => {
  const { items } = schema;
  if (items === undefined) {
    return 'any[]';
  }
  if (Array.isArray(items)) {
    return schema.title ?? `[${items.map((item) => typeText(item, named)).join(', ')}]`;
  }
  const text = typeText(items as SchemaView, named);
  return text.includes(' ') && !text.startsWith('{') && !text.startsWith('[')
    ? `(${text})[]`
    : `${text}[]`;
};

const objectText = (schema: SchemaView, named: Named): string => {
  const values = Object.values(schema.patternProperties ?? {});
  if (values[0] !== undefined) {
    return `{ [name]: ${typeText(values[0], named)} }`;
  }
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(
    ([key, member]) => `${key}${required.has(key) ? '' : '?'}: ${typeText(member, named)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join('; ')} }`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const memberRows = (schema: SchemaView, named: Named): string[] => {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([key, member]) => {
    const notes = [member.description ?? ''];
    if (member.default !== undefined) notes.push(`default ${JSON.stringify(member.default)}`);
    const note = notes.filter((part) => part !== '').join('; ');
    const need = required.has(key) ? 'yes' : '';
    return `| \`${key}\` | ${cell(typeText(member, named))} | ${need} | ${cell(note)} |`;
  });
};

const scopeText = (scope: string | null): string => {
  if (scope === null) {
    return 'public';
  }
  return scope === 'authenticated' ? 'any authenticated caller' : `scope \`${scope}\``;
};

const methodText = (method: ReferenceMethod, named: Named): string[] => {
  const facts = [scopeText(method.scope), `rate class \`${method.rateClass}\``];
  if (method.transport === 'websocket') facts.push('WebSocket only');
  const lines = [`### ${method.name}`, '', `${method.summary} (${facts.join('; ')})`, ''];
  const rows = memberRows(method.params as unknown as SchemaView, named);
  if (rows.length > 0) {
    lines.push('| parameter | type | needed | |', '| --- | --- | --- | --- |', ...rows, '');
  }
  const result = typeText(method.result as unknown as SchemaView, named);
  lines.push(`Result: \`${result}\``, '');
  return lines;
};

const channelsIntroduction = [
  '`public/subscribe` and `private/subscribe` answer the channels they accept; unknown ones, and',
  'those that the caller may not hear, are left out. What a channel has to tell of the present',
  'comes at once after the answer, then every change: at the end of the batch that made it',
  '(`raw`, which needs a login), or gathered over 100 ms or 2 s (`agg2`). Subscribing again to a',
  'channel that tells a state has it tell the newest state again. Kinds and currencies may be',
  '`any`, currencies in either case. A client that reads too slowly gets the `newest` states',
  'instead of every notification, but `every` fact until it is closed:',
  '[the rule](../decisions/slow-consumers.md).',
];

const channelText = (
  { name, summary, scope, conflates, data }: ChannelRow,
  named: Named,
): string => {
  const type = data === null ? '' : `\`${typeText(data as unknown as SchemaView, named)}\``;
  const access = scope === null ? '' : `\`${scope}\``;
  const slow = data === null ? '' : conflates ? 'newest' : 'every';
  return `| ${[`\`${name}\``, type, access, slow, summary].map(cell).join(' | ')} |`;
};

const channelsText = (channels: readonly ChannelRow[], named: Named): string[] => [
  '## Channels',
  '',
  ...channelsIntroduction,
  '',
  '| channel | data | scope | slow readers get | |',
  '| --- | --- | --- | --- | --- |',
  ...channels.map((channel) => channelText(channel, named)),
  '',
];

/** The whole reference as Markdown. */
export const renderReference = (
  groups: readonly ReferenceGroup[],
  channels: readonly ChannelRow[],
): string => {
  const named: Named = new Map();
  const body: string[] = [];
  for (const group of groups) {
    body.push(`## ${group.title}`, '');
    for (const method of group.methods) body.push(...methodText(method, named));
  }
  body.push(...channelsText(channels, named));
  const types: string[] = ['## Types', ''];
  const titles = [...named.keys()].sort();
  for (const title of titles) {
    const schema = named.get(title) as SchemaView;
    types.push(`### @${title}`, '', '| member | type | always | |', '| --- | --- | --- | --- |');
    types.push(...memberRows(schema, named), '');
  }
  const count = groups.reduce((sum, group) => sum + group.methods.length, 0);
  return [
    '# API reference',
    '',
    `Deribit's v2 protocol, ${count} methods and its channels, written from the schemas that the`,
    'gateway checks with; do not edit. Money is in whole units of its currency, times are in',
    'milliseconds, volatilities in percent, rates as fractions.',
    '',
    ...body,
    ...types,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
