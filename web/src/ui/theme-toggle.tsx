import { useLingui } from '@lingui/react/macro';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconContrastFilled } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Button } from './button';

/** The token --room in both looks; public/theme.js sets the same before the first paint. */
const ROOM = { dark: '#0f1014', light: '#faf8f4' };

/** Switches between dark and light; the choice that equals the system's is not kept. */
export function ThemeToggle() {
  const { t } = useLingui();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark', { getInitialValueInEffect: false });
  const other = scheme === 'dark' ? 'light' : 'dark';

  useEffect(() => {
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ROOM[scheme]);
  }, [scheme]);

  const label = other === 'light' ? t`Switch to the light look` : t`Switch to the dark look`;
  return (
    <Button iconOnly aria-label={label} title={label} onClick={() => setColorScheme(fromSystem(other))}>
      {/* Half dark, half light: a sun would be taken for the wheel of the settings. */}
      <IconContrastFilled size={20} aria-hidden />
    </Button>
  );
}

function fromSystem(wanted: 'light' | 'dark'): 'light' | 'dark' | 'auto' {
  const systemIsLight = window.matchMedia('(prefers-color-scheme: light)').matches;
  return systemIsLight === (wanted === 'light') ? 'auto' : wanted;
}
