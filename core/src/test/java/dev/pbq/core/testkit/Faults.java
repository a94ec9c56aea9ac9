package dev.pbq.core.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what a {@link FaultyDisk} is asked to do, and lets it fail from one step on: a disk that
 * becomes full, or cannot be read any more. It stays so until {@link #mend}.
 */
public final class Faults {
  /** What a full disk refuses, in the words of Linux. */
  public static final String FULL = "No space left on device";

  /** What a broken disk says. */
  public static final String BROKEN = "Input/output error";

  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private volatile int failingWrite = Integer.MAX_VALUE;
  private volatile int failingRead = Integer.MAX_VALUE;

  /**
   * Everything from the {@code step}-th write on fails, counted from now and from 0: half of that
   * buffer is written, none of later ones, and nothing can be made.
   */
  public void fillAt(int step) {
    mend();
    failingWrite = step;
  }

  /** Every read from the {@code step}-th on fails, counted from now and from 0. */
  public void breakAt(int step) {
    mend();
    failingRead = step;
  }

  /** Nothing fails any more; counts begin at 0. */
  public void mend() {
    failingWrite = Integer.MAX_VALUE;
    failingRead = Integer.MAX_VALUE;
    writes.set(0);
    reads.set(0);
  }

  /** Buffers written, files and folders made, files given another length or flushed. */
  public int writes() {
    return writes.get();
  }

  public int reads() {
    return reads.get();
  }

  /** A step that takes no bytes. */
  void beforeChange() throws IOException {
    if (writes.getAndIncrement() >= failingWrite) {
      throw new IOException(FULL);
    }
  }

  /** How many bytes of a buffer still fit; an exception if none do. */
  int fitting(ByteBuffer source) throws IOException {
    int step = writes.getAndIncrement();
    if (step > failingWrite || (step == failingWrite && source.remaining() < 2)) {
      throw new IOException(FULL);
    }
    return step == failingWrite ? source.remaining() / 2 : source.remaining();
  }

  void beforeRead() throws IOException {
    if (reads.getAndIncrement() >= failingRead) {
      throw new IOException(BROKEN);
    }
  }
}
