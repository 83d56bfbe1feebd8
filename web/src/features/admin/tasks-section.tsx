import { Trans, useLingui } from '@lingui/react/macro';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { retryTask } from '@/api/actions';
import { adminKeys, tasksQuery } from '@/api/admin-queries';
import { reasonOf } from '@/api/api-error';
import type { Task } from '@/api/types';
import { timeLeft } from '@/lib/describe';
import { ago, exactTime, percent } from '@/lib/format';
import { say } from '@/lib/toast';
import { usePageTitle } from '@/lib/use-page-title';
import { Button } from '@/ui/button';
import { SelectField } from '@/ui/field';
import { ErrorNotice, Notice } from '@/ui/notice';
import { TableSkeleton } from '@/ui/table-skeleton';
import classes from './admin-page.module.css';
import { MoreButton } from './more-button';
import { kindNames, stateNames } from './task-names';

const route = getRouteApi('/admin/$section');

/** The media work of all videos; the filters live in the address. */
export function TasksSection() {
  const { t } = useLingui();
  usePageTitle(t`Tasks`);
  return (
    <>
      <div className={classes.head}>
        <h1>
          <Trans>Tasks</Trans>
        </h1>
      </div>
      <Filters />
      <TaskTable />
    </>
  );
}

function Filters() {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = (part: { state?: string; kind?: string; video?: string }) =>
    void navigate({
      search: (now) => Object.fromEntries(Object.entries({ ...now, ...part }).filter(([, value]) => value)),
      replace: true,
    });
  const options = (names: Record<string, string>) =>
    Object.entries(names).map(([value, label]) => (
      <option key={value} value={value}>
        {label}
      </option>
    ));
  return (
    <div className={classes.filters}>
      <SelectField
        label={t`State`}
        value={search.state ?? ''}
        onChange={(event) => filter({ state: event.currentTarget.value })}
      >
        <option value="">{t`All`}</option>
        {options(stateNames())}
      </SelectField>
      <SelectField
        label={t`Kind`}
        value={search.kind ?? ''}
        onChange={(event) => filter({ kind: event.currentTarget.value })}
      >
        <option value="">{t`All`}</option>
        {options(kindNames())}
      </SelectField>
      {search.video && (
        <Button onClick={() => filter({ video: '' })}>
          <Trans>Of all videos</Trans>
        </Button>
      )}
    </div>
  );
}

function TaskTable() {
  const { t } = useLingui();
  const { state, kind, video } = route.useSearch();
  const list = useInfiniteQuery(tasksQuery({ state, kind, video }));
  if (list.isPending) return <TableSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  const tasks = list.data.pages.flatMap((page) => page.items);
  if (tasks.length === 0) {
    return (
      <Notice title={<Trans>No such tasks</Trans>}>
        <Trans>Tasks appear here as soon as a file has arrived.</Trans>
      </Notice>
    );
  }
  return (
    <>
      <table className={classes.table} aria-label={t`Tasks`}>
        <thead>
          <tr>
            <th scope="col">{t`Video`}</th>
            <th scope="col">{t`Task`}</th>
            <th scope="col">{t`State`}</th>
            <th scope="col">{t`Attempts`}</th>
            <th scope="col">{t`When`}</th>
            <th scope="col">{t`Actions`}</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <TaskRow key={task.id} task={task} />
          ))}
        </tbody>
      </table>
      <MoreButton list={list} />
    </>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { t, i18n } = useLingui();
  const when = task.finished_at ?? task.started_at ?? task.created_at;
  return (
    <tr>
      <th scope="row">
        <Link to="/manage/$id" params={{ id: task.video.id }}>
          {task.video.title || t`Untitled`}
        </Link>
      </th>
      <td data-label={t`Task`}>
        {kindNames()[task.kind] ?? task.kind}
        {typeof task.chunk === 'number' && <small>{t`chunk ${task.chunk + 1}`}</small>}
        {task.track && <small>{task.track}</small>}
      </td>
      <td data-label={t`State`}>
        <span className={classes.state} data-state={task.state}>
          {stateNames()[task.state] ?? task.state}
          {task.state === 'running' && ` ${percent(task.progress)}`}
        </span>
        {task.state === 'queued' && task.why_waiting && <p className={classes.soft}>{task.why_waiting.message}</p>}
        {task.state !== 'done' && typeof task.eta_seconds === 'number' && (
          <p className={classes.soft}>{timeLeft(task.eta_seconds)}</p>
        )}
        {task.error && <p className={classes.reason}>{task.error}</p>}
      </td>
      <td data-label={t`Attempts`}>{task.attempts}</td>
      <td data-label={t`When`}>
        {when && (
          <time dateTime={when} title={exactTime(when, i18n.locale)}>
            {ago(when, Date.now(), i18n.locale)}
          </time>
        )}
      </td>
      <td>{task.state === 'failed' && <Retry task={task} />}</td>
    </tr>
  );
}

function Retry({ task }: { task: Task }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryTask(task.id),
    onError: (error) => say(reasonOf(error, t`It could not be queued again. Try once more.`), { bad: true }),
    onSettled: () => cache.invalidateQueries({ queryKey: adminKeys.tasks }),
  });
  return (
    <div className={classes.buttons}>
      <Button
        disabled={retry.isPending}
        aria-label={t`Retry a task of ${task.video.title}`}
        onClick={() => retry.mutate()}
      >
        <IconRefresh size={18} aria-hidden />
        <Trans>Retry</Trans>
      </Button>
    </div>
  );
}
