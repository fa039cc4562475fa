import { raw } from 'hono/html';
import { catalogue } from '../i18n/catalogue.ts';
import { langs } from '../i18n/types.ts';

/**
 * All that a server shows whose database cannot be opened: no session says which language, no other address gives a style sheet.
 * `since` in milliseconds; 0 where it is not known.
 */
export const DamagePage = ({ since }: { readonly since: number }) => {
  const at = new Date(since).toISOString();
  return (
    <>
      {raw('<!DOCTYPE html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>Sallyport</title>
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
        </head>
        <body>
          <main>
            {langs.map((lang, index) => {
              const { t } = catalogue(lang);
              const title = t('damage.title');
              return (
                <section lang={lang}>
                  {index === 0 ? <h1>{title}</h1> : <h2>{title}</h2>}
                  {since === 0 ? null : (
                    <p>
                      {t('damage.since')} <time datetime={at}>{`${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}</time>
                    </p>
                  )}
                  <p>{t('damage.way')}</p>
                  <p>{t('damage.again')}</p>
                </section>
              );
            })}
          </main>
        </body>
      </html>
    </>
  );
};
