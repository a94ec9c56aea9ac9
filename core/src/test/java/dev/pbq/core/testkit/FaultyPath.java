package dev.pbq.core.testkit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * A path of a {@link FaultyDisk}.
 *
 * @param files its file system
 * @param path the same of the usual one
 */
record FaultyPath(FileSystem files, Path path) implements Path {
  /** The path of the usual file system. */
  static Path real(Path path) {
    return path instanceof FaultyPath faulty ? faulty.path : path;
  }

  private Path same(Path other) {
    return other == null ? null : new FaultyPath(files, other);
  }

  @Override
  public FileSystem getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return path.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return same(path.getRoot());
  }

  @Override
  public Path getFileName() {
    return same(path.getFileName());
  }

  @Override
  public Path getParent() {
    return same(path.getParent());
  }

  @Override
  public int getNameCount() {
    return path.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return same(path.getName(index));
  }

  @Override
  public Path subpath(int from, int to) {
    return same(path.subpath(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return path.startsWith(real(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return path.endsWith(real(other));
  }

  @Override
  public Path normalize() {
    return same(path.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return same(path.resolve(real(other)));
  }

  @Override
  public Path relativize(Path other) {
    return same(path.relativize(real(other)));
  }

  @Override
  public URI toUri() {
    return path.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return same(path.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return same(path.toRealPath(options));
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nothing here is watched");
  }

  @Override
  public int compareTo(Path other) {
    return path.compareTo(real(other));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
