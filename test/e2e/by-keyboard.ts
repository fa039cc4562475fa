import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

// A person's hands on a keyboard: no control is reached but by keys.

/** Of each way from one control to the next; a page that needs more is too far for a keyboard. */
const mostStops = 60;

export const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

export type Keyboard = {
  press(key: string): Promise<void>;
  /** Goes on with the Tab key until the control has the focus, which a person sees there. */
  comeTo(target: Locator): Promise<void>;
  /** Comes to a control and presses a key there, Enter by itself. */
  use(target: Locator, key?: string): Promise<void>;
  /** To a page by the search, as its name is typed; `option`: what it is called there. */
  find(name: string, option?: string): Promise<void>;
  /** Filters the list that is shown. */
  filter(text: string): Promise<void>;
  /** Goes down the worklist to an item, and opens it beside the list. */
  openWork(title: RegExp): Promise<void>;
  /** Radio buttons are one stop; arrows go through them. */
  choose(name: string): Promise<void>;
};

export const keyboardOf = (page: Page): Keyboard => {
  const main = page.getByRole('main');
  const press = (key: string) => page.keyboard.press(key);
  const comeTo = async (target: Locator): Promise<void> => {
    // Found once: to look for a role takes longer than a stop.
    let control = await target.elementHandle();
    for (let stops = 0; stops < mostStops; stops += 1) {
      const at = await control?.evaluate((one) => ({
        isHere: one === document.activeElement,
        isThere: one.isConnected,
      }));
      if (at?.isHere) return;
      // The page has drawn itself anew.
      if (!at?.isThere) control = await target.elementHandle();
      await press('Tab');
    }
    throw new Error(`${target} is more than ${mostStops} stops away`);
  };
  return {
    press,
    comeTo,
    use: async (target, key = 'Enter') => {
      await comeTo(target);
      await press(key);
    },
    find: async (name, option = name) => {
      await press('Control+k');
      await page.keyboard.type(name);
      await page
        .getByRole('option', { name: new RegExp(`^${option}`) })
        .first()
        .waitFor();
      await press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
      // The page's keys work once its script has run.
      await page.waitForLoadState();
    },
    filter: async (text) => {
      await press('f');
      await page.locator('input:focus').waitFor();
      await page.keyboard.type(text);
      await press('Enter');
      await page.waitForURL((url) => url.searchParams.get('q') === text);
    },
    openWork: async (title) => {
      const item = main.getByRole('link', { name: title });
      for (let items = 0; items < mostStops && !(await hasFocus(item)); items += 1) await press('j');
      await press('o');
      await page.locator('#panel-title').waitFor();
    },
    choose: async (name) => {
      const wanted = main.getByRole('radio', { name });
      await comeTo(main.getByRole('radio', { checked: true }));
      for (let choices = 0; choices < 5 && !(await wanted.isChecked()); choices += 1) await press('ArrowDown');
      expect(await wanted.isChecked()).toBe(true);
    },
  };
};
