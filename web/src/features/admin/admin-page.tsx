import { Trans, useLingui } from '@lingui/react/macro';
import { IconDatabase, IconListCheck, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { meQuery } from '@/api/queries';
import { NotAllowed } from '@/ui/not-allowed';
import { NotFound } from '@/ui/not-found';
import { SignInFirst } from '@/ui/sign-in-first';
import classes from './admin-page.module.css';
import { StorageSection } from './storage-section';
import { TasksSection } from './tasks-section';
import { UsersSection } from './users-section';

const route = getRouteApi('/admin/$section');

/** What administrators look after: people, work and room. */
export default function AdminPage() {
  const { section } = route.useParams();
  const me = useQuery(meQuery);
  if (me.isPending) return null;
  if (!me.data) return <SignInFirst />;
  if (me.data.role !== 'admin') {
    return (
      <NotAllowed>
        <Trans>Only administrators look after this server.</Trans>
      </NotAllowed>
    );
  }
  return (
    <div className={classes.page}>
      <Rail />
      <div className={classes.section}>
        <Section name={section} />
      </div>
    </div>
  );
}

function Section({ name }: { name: string }) {
  switch (name) {
    case 'users':
      return <UsersSection />;
    case 'tasks':
      return <TasksSection />;
    case 'storage':
      return <StorageSection />;
    default:
      return <NotFound />;
  }
}

function Rail() {
  const { t } = useLingui();
  const sections = [
    { name: 'users', label: t`Users`, icon: <IconUsers size={20} aria-hidden /> },
    { name: 'tasks', label: t`Tasks`, icon: <IconListCheck size={20} aria-hidden /> },
    { name: 'storage', label: t`Storage`, icon: <IconDatabase size={20} aria-hidden /> },
  ];
  return (
    <nav className={classes.rail} aria-label={t`Administration`}>
      {sections.map(({ name, label, icon }) => (
        <Link
          key={name}
          to="/admin/$section"
          params={{ section: name }}
          search={{}}
          className={classes.railLink}
          activeOptions={{ includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {icon}
          {label}
        </Link>
      ))}
    </nav>
  );
}
