package dev.pbq.core.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** An open file of a {@link FaultyDisk}. */
final class FaultyChannel extends FileChannel {
  private final Faults faults;
  private final FileChannel file;

  FaultyChannel(Faults faults, FileChannel file) {
    this.faults = faults;
    this.file = file;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    faults.beforeRead();
    return file.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    faults.beforeRead();
    return file.read(targets, offset, length);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    faults.beforeRead();
    return file.read(target, position);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    ByteBuffer part = part(source);
    int count = file.write(part);
    source.position(source.position() + count);
    return count;
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    ByteBuffer part = part(source);
    int count = file.write(part, position);
    source.position(source.position() + count);
    return count;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long count = 0;
    for (int i = offset; i < offset + length; i++) {
      count += write(sources[i]);
    }
    return count;
  }

  private ByteBuffer part(ByteBuffer source) throws IOException {
    return source.slice(source.position(), faults.fitting(source));
  }

  @Override
  public long position() throws IOException {
    return file.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    file.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    file.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metadata) throws IOException {
    faults.beforeChange();
    file.force(metadata);
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    faults.beforeRead();
    return file.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    faults.beforeChange();
    return file.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("a mapping knows no faults");
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return file.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return file.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }
}
