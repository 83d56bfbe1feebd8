import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** Where the choice is kept; public/theme.js reads the same key before the first paint. */
export const schemeManager = localStorageColorSchemeManager({ key: 'matinee-theme' });

export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontSizes: { xs: '13px', sm: '14px', md: '16px', lg: '20px', xl: '28px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  primaryColor: 'lamp',
  primaryShade: 5,
  autoContrast: true,
  colors: {
    lamp: [
      '#fff8e7',
      '#fdeec6',
      '#fadf98',
      '#f7d06a',
      '#f5c24a',
      '#f4b740',
      '#c98d1a',
      '#a66f08',
      '#8f5400',
      '#5c3600',
    ],
  },
});

/** Points Mantine's variables at our tokens, so that there is one palette. */
export const resolveVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--room)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
    '--mantine-color-default': 'var(--seat)',
    '--mantine-color-default-hover': 'var(--rail)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--rail-strong)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-anchor': 'var(--lamp)',
    '--mantine-primary-color-filled': 'var(--lamp)',
    '--mantine-primary-color-contrast': 'var(--lamp-ink)',
    '--mantine-color-lamp-light': 'var(--lamp-wash)',
  };
  return { variables: {}, dark: shared, light: shared };
};
