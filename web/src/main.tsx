import '@mantine/core/styles/default-css-variables.layer.css';
import '@mantine/core/styles/baseline.layer.css';
import '@mantine/core/styles/global.layer.css';
import './ui/tokens.css';
import './ui/base.css';
import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followVideos } from './api/events';
import { awaited } from './lib/awaited';
import { type Connection, connection } from './lib/connection';
import { tellWhenReady } from './lib/tell-when-ready';
import { say } from './lib/toast';
import { messages } from './locales/en.po';
import { createQueryClient } from './query-client';
import { createAppRouter } from './router';
import { resolveVariables, schemeManager, theme } from './ui/theme';

i18n.loadAndActivate({ locale: 'en', messages });

const queries = createQueryClient(() => {
  const next = router.state.location.href;
  say(i18n._(msg`You are signed out. Sign in again to go on.`), {
    action: { verb: i18n._(msg`Sign in`), act: () => void router.navigate({ to: '/sign-in', search: { next } }) },
  });
});
const router = createAppRouter(queries);
followVideos(queries, (up) => connection.set(connectionWith(up)), awaited);
tellWhenReady(queries, {
  open: (id) => void router.navigate({ to: '/w/$id', params: { id } }),
  say: ({ id, state }, text) => {
    // These pages show it themselves.
    if (/^\/(upload|w\/|manage\/)/.test(router.state.location.pathname)) return;
    const act = () => void router.navigate({ to: state === 'failed' ? '/manage/$id' : '/w/$id', params: { id } });
    say(text, { action: { verb: state === 'failed' ? i18n._(msg`Manage`) : i18n._(msg`Watch`), act } });
  },
});
for (const change of ['online', 'offline'] as const) {
  window.addEventListener(change, () => connection.set(connectionWith(change === 'online')));
}

function connectionWith(up: boolean): Connection {
  if (!navigator.onLine) return 'offline';
  return up ? 'up' : 'unreachable';
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <MantineProvider
          theme={theme}
          defaultColorScheme="auto"
          colorSchemeManager={schemeManager}
          cssVariablesResolver={resolveVariables}
        >
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
