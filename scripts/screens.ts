import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { logInByLink, startBrowser, type Theme } from '../test/support/browser.ts';
import { startFilledSite } from '../test/support/filled-site.ts';
import { root } from './demo-steps.ts';

// Takes the pictures of docs/screens from a filled site: make build, then node --conditions=@sallyport/source scripts/screens.ts

const out = join(root, 'docs/screens');
mkdirSync(out, { recursive: true });

const site = await startFilledSite();
const browser = await startBrowser();
try {
  const first = await browser.context();
  await logInByLink(await first.newPage(), site.link);
  const storageState = await first.storageState();
  const device = site.devices.get('eng-ws-03') ?? '';
  const pages: ReadonlyArray<readonly [name: string, path: string]> = [
    ['overview', paths.overview()],
    ['devices', paths.devices()],
    ['device', paths.device(device)],
    ['updates', paths.updates()],
    ['exchange', paths.exchange()],
    ['provision', paths.provision()],
  ];
  const widths = { '': 1280, '-390': 390 } as const;
  for (const theme of ['light', 'dark'] satisfies Theme[]) {
    for (const [suffix, width] of Object.entries(widths)) {
      const context = await browser.context({ storageState, width, height: width === 390 ? 1400 : 1000, theme });
      const page = await context.newPage();
      for (const [name, path] of pages) {
        await page.goto(`${site.url}${path}`);
        await page.screenshot({ path: join(out, `${name}${suffix}-${theme}.png`) });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await site.close();
}
