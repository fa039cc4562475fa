import type { Catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';

/** Uploads a bundle; its dry run begins. */
export const uploadBundle = async (page: Page, url: string, bundle: string, { t }: Catalogue): Promise<void> => {
  await page.goto(url + paths.exchangeReceive());
  await page.getByLabel(t('common.file')).setInputFiles(bundle);
  await page.getByRole('button', { name: t('exchange.uploadCheck') }).click();
};

/** Waits for the end of the dry run that is shown; returns the id of the import. */
export const checkedImport = async (page: Page, { t }: Catalogue): Promise<string> => {
  // The page of a dry run that goes on is replaced by the next step by itself.
  await page.getByRole('button', { name: t('exchange.importNow') }).waitFor({ timeout: 90_000 });
  return decodeURIComponent(new URL(page.url()).pathname.split('/')[3] ?? '');
};

/** Uploads a bundle and waits for the end of its dry run; returns the id of the import. */
export const uploadAndCheck = async (page: Page, url: string, bundle: string, words: Catalogue): Promise<string> => {
  await uploadBundle(page, url, bundle, words);
  return checkedImport(page, words);
};
