import '@mantine/core/styles/ScrollArea.layer.css';
import '@mantine/core/styles/UnstyledButton.layer.css';
import '@mantine/core/styles/Paper.layer.css';
import '@mantine/core/styles/Popover.layer.css';
import '@mantine/core/styles/Menu.layer.css';
import { Trans, useLingui } from '@lingui/react/macro';
import { Menu } from '@mantine/core';
import { IconLogout, IconServer, IconVideo } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { signOut } from '@/api/actions';
import { keys } from '@/api/queries';
import type { User } from '@/api/types';
import { Button } from '@/ui/button';
import classes from './account-menu.module.css';
import { Avatar } from './avatar';

/** Who is signed in, and the way out. */
export default function AccountMenu({ me }: { me: User }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await navigate({ to: '/' });
      cache.setQueryData(keys.me, null);
      await cache.resetQueries({ queryKey: ['videos'] });
    },
  });
  return (
    <Menu position="bottom-end" width={220} withinPortal={false} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button iconOnly aria-label={t`Account of ${me.name}`}>
          <Avatar name={me.name} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.dropdown}>
        <div className={classes.who}>
          <strong>{me.name}</strong>
          <span>{me.email}</span>
        </div>
        <Menu.Item
          leftSection={<IconVideo size={18} aria-hidden />}
          renderRoot={(props: object) => <Link {...props} to="/library" search={{}} />}
        >
          <Trans>Your videos</Trans>
        </Menu.Item>
        {me.role === 'admin' && (
          <Menu.Item
            leftSection={<IconServer size={18} aria-hidden />}
            renderRoot={(props: object) => <Link {...props} to="/admin/$section" params={{ section: 'users' }} />}
          >
            <Trans>Administration</Trans>
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => leave.mutate()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
