import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { encodingQuery } from '@/api/queries';
import type { Encoding, Video } from '@/api/types';
import { sizeName } from '@/lib/describe';
import { bytes, clock } from '@/lib/format';
import { ErrorNotice } from '@/ui/notice';
import { ReencodeButton } from './reencode-button';
import classes from './report.module.css';

/** What was found out about a file and how its versions were made. */
export function ReportTab({ video }: { video: Video }) {
  const encoding = useQuery(encodingQuery(video.id));
  return (
    <div className={classes.report}>
      <Findings video={video} />
      {encoding.isError && <ErrorNotice error={encoding.error} onRetry={() => void encoding.refetch()} />}
      {encoding.data && <Making encoding={encoding.data} />}
      {(video.state === 'ready' || video.state === 'failed') && (
        <div>
          <ReencodeButton video={video} />
        </div>
      )}
    </div>
  );
}

/** What is wrong or unusual; the first thing to look at. */
function Findings({ video: { warnings, damage, error } }: { video: Video }) {
  if (warnings.length === 0 && !damage && !error) return null;
  return (
    <section className={classes.findings}>
      <h3>
        <Trans>Noticed</Trans>
      </h3>
      <ul>
        {error && (
          <li>
            <IconAlertTriangle size={18} aria-hidden />
            <span>
              {error.message} {error.next} <code>{error.code}</code>
            </span>
          </li>
        )}
        {damage && (
          <li>
            <IconAlertTriangle size={18} aria-hidden />
            <span>
              <Plural
                value={damage.frames}
                one="# picture of the file could not be decoded."
                other="# pictures of the file could not be decoded."
              />{' '}
              {damage.ranges.map(({ start, end }) => `${clock(start)}–${clock(end)}`).join(', ')}
            </span>
          </li>
        )}
        {warnings.map((warning) => (
          <li key={warning}>
            <IconAlertTriangle size={18} aria-hidden />
            <span>{warning}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Making({ encoding }: { encoding: Encoding }) {
  const { plan, report, ratio_realtime, cpu_seconds, chunks } = encoding;
  if (!plan) {
    return (
      <p className={classes.empty}>
        <Trans>The plan is shown here once the file was looked at.</Trans>
      </p>
    );
  }
  return (
    <>
      <dl className={classes.facts}>
        <Fact name={<Trans>Frame rate</Trans>}>
          <Trans>{round(plan.frame_rate)} per second</Trans>
        </Fact>
        <Fact name={<Trans>Frames</Trans>}>{plan.frames.toLocaleString('en')}</Fact>
        <Fact name={<Trans>Segments</Trans>}>{Math.max(0, plan.boundaries.length - 1)}</Fact>
        <Fact name={<Trans>Chunks</Trans>}>{chunks.length}</Fact>
        <Fact name={<Trans>CPU time</Trans>}>
          <Trans>{round(cpu_seconds)} s</Trans>
        </Fact>
        {ratio_realtime !== null && (
          <Fact name={<Trans>CPU for a second of video</Trans>}>
            <Trans>{round(ratio_realtime)} s</Trans>
          </Fact>
        )}
      </dl>
      <Rungs plan={plan} />
      {report && <Checks report={report} />}
      <p className={classes.version}>
        <Trans>
          Version <code>{encoding.version}</code>
        </Trans>
      </p>
    </>
  );
}

function Fact({ name, children }: { name: React.ReactNode; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Rungs({ plan }: { plan: NonNullable<Encoding['plan']> }) {
  const { t } = useLingui();
  if (plan.rungs.length === 0) return null;
  return (
    <table className={classes.table}>
      <caption>
        <Trans>Sizes</Trans>
      </caption>
      <thead>
        <tr>
          <th scope="col">{t`Size`}</th>
          <th scope="col">{t`Average`}</th>
          <th scope="col">{t`Peak`}</th>
          <th scope="col">{t`On disk`}</th>
        </tr>
      </thead>
      <tbody>
        {[...plan.rungs]
          .sort((a, b) => b.height - a.height)
          .map(({ id, width, height, average_bits_per_second, peak_bits_per_second, bytes: size }) => (
            <tr key={id}>
              <th scope="row" title={id}>
                {sizeName(width, height)} <small>{`${width}×${height}`}</small>
              </th>
              <td>{rate(average_bits_per_second)}</td>
              <td>{rate(peak_bits_per_second)}</td>
              <td>{size > 0 ? bytes(size) : '–'}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Checks({ report }: { report: NonNullable<Encoding['report']> }) {
  const { t } = useLingui();
  return (
    <section>
      <h3>
        <Trans>Checks</Trans>
      </h3>
      <ul className={classes.checks}>
        {report.checks.map(({ name, ok, detail }) => (
          <li key={name} data-ok={ok}>
            {ok ? (
              <IconCheck size={18} role="img" aria-label={t`Passed`} />
            ) : (
              <IconX size={18} role="img" aria-label={t`Failed`} />
            )}
            <span>
              {name.replaceAll('_', ' ')}
              {detail && <small>{detail}</small>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function rate(bitsPerSecond: number): string {
  if (bitsPerSecond <= 0) return '–';
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
