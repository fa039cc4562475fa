import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

// Debian's chromium without its windows, which took half of the time, driven over its own protocol. Nothing is downloaded,
// and the browser itself calls nobody.

const executablePath = '/usr/bin/chromium-headless-shell';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page lives for a moment here: what it took to make its scripts fast was never earned back.
  '--js-flags=--no-opt,--no-maglev,--no-flush-bytecode',
];

export type Lang = 'kk' | 'ru' | 'en';
export type Theme = 'light' | 'dark';

type ContextWishes = Partial<Pick<BrowserContextOptions, 'storageState' | 'javaScriptEnabled' | 'acceptDownloads'>> & {
  width?: number;
  height?: number;
  theme?: Theme;
  /** Pixels per point, for pictures. */
  scale?: number;
};

export type TestBrowser = {
  /** A person's own browser: nothing is shared with another one. */
  context(wishes?: ContextWishes): Promise<BrowserContext>;
  close(): Promise<void>;
};

/** How long one step of a test may wait for the page. */
const patienceMs = 15_000;

/** Starts the browser with a new profile. */
export const startBrowser = async (): Promise<TestBrowser> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-browser-'));
  const browser = await chromium.launch({
    executablePath,
    args: [...args, `--crash-dumps-dir=${folder}`],
    // The certificate is of the appliance's own authority, which this browser does not know.
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder },
  });
  return {
    context: async ({ width = 1280, height = 900, theme = 'light', scale = 1, ...rest } = {}) => {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        viewport: { width, height },
        deviceScaleFactor: scale,
        colorScheme: theme,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'Asia/Almaty',
        ...rest,
      });
      context.setDefaultTimeout(patienceMs);
      return context;
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const password = 'correct horse battery staple';

/** Sets the first password through a one-time link; the context is signed in after it. */
export const logInByLink = async (page: Page, link: string): Promise<void> => {
  await page.goto(link);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('input[name="repeat"]').fill(password);
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname === '/');
};

const words: Readonly<Record<Lang, string>> = { kk: 'Қазақша', ru: 'Русский', en: 'English' };

/** Presses the switches of the bar, as a person would; the page stays the same one. */
export const prefer = async (page: Page, wishes: { lang?: Lang; theme?: Theme }): Promise<void> => {
  const html = page.locator('html');
  if (wishes.lang !== undefined && (await html.getAttribute('lang')) !== wishes.lang) {
    await page.getByRole('button', { name: words[wishes.lang] }).filter({ visible: true }).first().click();
    await page.locator(`html[lang="${wishes.lang}"]`).waitFor({ state: 'attached' });
  }
  if (wishes.theme !== undefined && (await html.getAttribute('data-theme')) !== wishes.theme) {
    await page.locator(`button[name="theme"][value="${wishes.theme}"]`).filter({ visible: true }).first().click();
    await page.locator(`html[data-theme="${wishes.theme}"]`).waitFor({ state: 'attached' });
  }
};

export type Faults = {
  /** What the page complained about since the last call, as sentences; forgets them. */
  take(): string[];
};

/**
 * Listens for everything that a page must not do: errors of scripts and console, refused resources, failed requests.
 * `expected` are statuses that a test causes on purpose.
 */
export const listenForFaults = (page: Page, expected: readonly number[] = []): Faults => {
  const found: string[] = [];
  const isExpected = (status: number): boolean => expected.includes(status);
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // The browser repeats a status that the response handler judges.
    if (message.text().startsWith('Failed to load resource')) return;
    found.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A page that is left ends its own requests.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return;
    found.push(`request: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !isExpected(response.status()))
      found.push(`response: ${response.status()} ${response.request().method()} ${response.url()}`);
  });
  return { take: () => found.splice(0) };
};
