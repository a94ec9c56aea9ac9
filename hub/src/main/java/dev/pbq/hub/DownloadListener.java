package dev.pbq.hub;

/** A listener to the progress of a download; called from several threads. */
public interface DownloadListener {
  /** Hears nothing. */
  DownloadListener SILENT = new DownloadListener() {};

  /**
   * What is about to be downloaded.
   *
   * @param what e.g. {@code model org/name}
   * @param files that are not in the cache yet
   * @param bytes of them, less what an earlier run left
   */
  default void begin(String what, int files, long bytes) {}

  /**
   * Bytes that have come in; negative where something has to be fetched again.
   *
   * @param path of the file they belong to
   */
  default void received(String path, long bytes) {}

  /** All files are complete. */
  default void end() {}
}
