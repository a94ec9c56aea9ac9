package dev.pbq.cli.console;

import dev.pbq.core.Amounts;
import dev.pbq.hub.DownloadListener;
import java.util.Locale;

/** Shows a download: share, bytes, speed, time left. */
public final class DownloadStatus implements DownloadListener {
  private final StatusLine status;
  private String what = "";
  private long total;
  private long done;
  private long start;

  public DownloadStatus(StatusLine status) {
    this.status = status;
  }

  @Override
  public synchronized void begin(String repository, int files, long bytes) {
    what = repository;
    total = bytes;
    done = 0;
    start = System.nanoTime();
    status.line(
        "pbq: downloading "
            + repository
            + ": "
            + files
            + (files == 1 ? " file, " : " files, ")
            + Amounts.bytes(bytes));
  }

  @Override
  public synchronized void received(String path, long bytes) {
    done += bytes;
    double seconds = (System.nanoTime() - start) * 1e-9;
    double speed = seconds > 0 ? Math.max(0, done) / seconds : 0;
    status.update(
        String.format(
            Locale.ROOT,
            "%s  %3.0f %%  %s of %s  %s/s  %s left",
            what,
            total > 0 ? Math.max(0, Math.min(100, 100.0 * done / total)) : 0,
            Amounts.bytes(Math.max(0, done)),
            Amounts.bytes(total),
            Amounts.bytes(Math.round(speed)),
            speed > 0 ? Amounts.duration(Math.max(0, total - done) / speed) : "?"));
  }

  @Override
  public synchronized void end() {
    double seconds = (System.nanoTime() - start) * 1e-9;
    status.line(
        String.format(
            Locale.ROOT,
            "pbq: downloaded %s in %s",
            Amounts.bytes(Math.max(0, done)),
            Amounts.duration(seconds)));
  }
}
