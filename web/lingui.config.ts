import type { LinguiConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

/** Pages of people with an account, which load their words with themselves. */
const OWNERS = ['src/features/upload', 'src/features/manage', 'src/features/admin'];

const config: LinguiConfig = {
  sourceLocale: 'en',
  locales: ['en'],
  // What viewers never read is no weight on their first page.
  catalogs: [
    { path: '<rootDir>/src/locales/{locale}', include: ['src'], exclude: OWNERS.map((folder) => `${folder}/**`) },
    { path: '<rootDir>/src/locales/owners/{locale}', include: OWNERS },
  ],
  compileNamespace: 'es',
  // A moved line is no change of a text.
  format: formatter({ lineNumbers: false }),
};

export default config;
