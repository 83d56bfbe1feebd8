import { Trans, useLingui } from '@lingui/react/macro';
import { IconHome, IconPlus, IconUpload, IconVideo } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AppKeys } from './app-keys';
import { ButtonLink } from './button';
import { ConnectionBanner } from './connection-banner';
import { LogoMark } from './logo';
import classes from './shell.module.css';
import { ThemeToggle } from './theme-toggle';
import { Toasts } from './toasts';

type ShellProps = { name: string; account: ReactNode; activity: ReactNode; signedIn: boolean; children: ReactNode };

/** The frame around every page: header, content and, on a phone, the bottom bar. */
export function Shell({ name, account, activity, signedIn, children }: ShellProps) {
  return (
    <>
      <a href="#content" className={classes.skip}>
        <Trans>Skip to the content</Trans>
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.logo}>
          <LogoMark />
          <span>{name}</span>
        </Link>
        <div className={classes.tools}>
          {activity}
          <ThemeToggle />
          {signedIn && (
            <>
              <ButtonLink to="/library" className={classes.library}>
                <IconVideo size={18} aria-hidden />
                <Trans>Library</Trans>
              </ButtonLink>
              <ButtonLink to="/upload" look="primary" className={classes.wide}>
                <IconPlus size={18} aria-hidden />
                <Trans>Upload</Trans>
              </ButtonLink>
            </>
          )}
          {account}
        </div>
      </header>
      <ConnectionBanner />
      <main id="content" tabIndex={-1} className={classes.content}>
        {children}
      </main>
      {signedIn && <BottomBar />}
      <Toasts />
      <AppKeys />
    </>
  );
}

function BottomBar() {
  const { t } = useLingui();
  return (
    <nav className={classes.bottomBar} aria-label={t`Main`}>
      <BarLink to="/" activeOptions={{ exact: true }}>
        <IconHome size={22} aria-hidden />
        <Trans>Home</Trans>
      </BarLink>
      <BarLink to="/upload">
        <IconUpload size={22} aria-hidden />
        <Trans>Upload</Trans>
      </BarLink>
      <BarLink to="/library">
        <IconVideo size={22} aria-hidden />
        <Trans>Library</Trans>
      </BarLink>
    </nav>
  );
}

function BarLink(props: LinkProps) {
  return <Link {...props} className={classes.barLink} activeProps={{ 'aria-current': 'page' }} />;
}
