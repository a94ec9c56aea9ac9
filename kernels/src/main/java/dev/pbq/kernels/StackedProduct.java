package dev.pbq.kernels;

import dev.pbq.kernels.form.Work;
import java.util.List;

/**
 * Several matrices that read the same inputs, one above the other, as q, k and v or gate and up:
 * one product, one hand-out of work to threads.
 */
final class StackedProduct implements CutProduct {
  private final List<PackedProduct> parts;
  private final int rows;

  /** Parts in the order of their outputs; all with the same number of columns. */
  StackedProduct(List<PackedProduct> parts) {
    this.parts = List.copyOf(parts);
    rows = parts.stream().mapToInt(PackedProduct::rows).sum();
    if (parts.stream().anyMatch(p -> p.cols() != cols())) {
      throw new IllegalArgumentException("products of different inputs");
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return parts.get(0).cols();
  }

  @Override
  public long residentBytes() {
    return parts.stream().mapToLong(PackedProduct::residentBytes).sum();
  }

  @Override
  public Work work(float[] x, int xAt, int count) {
    Work[] works = new Work[parts.size()];
    int[] firstTask = new int[parts.size() + 1];
    int[] firstRow = new int[parts.size() + 1];
    for (int i = 0; i < works.length; i++) {
      works[i] = work(parts.get(i), x, xAt, count);
      firstTask[i + 1] = firstTask[i] + works[i].tasks();
      firstRow[i + 1] = firstRow[i] + parts.get(i).rows();
    }
    return new Work() {
      @Override
      public int tasks() {
        return firstTask[works.length];
      }

      @Override
      public void run(int task, float[] y, int yAt, int stride) {
        int i = 0;
        while (task >= firstTask[i + 1]) {
          i++;
        }
        works[i].run(task - firstTask[i], y, yAt + firstRow[i], stride);
      }
    };
  }

  /** A part that cannot be cut is one task, and itself hands out work. */
  private static Work work(PackedProduct part, float[] x, int xAt, int count) {
    if (part instanceof CutProduct cut) {
      return cut.work(x, xAt, count);
    }
    return new Work() {
      @Override
      public int tasks() {
        return 1;
      }

      @Override
      public void run(int task, float[] y, int yAt, int stride) {
        float[] piece = new float[Math.multiplyExact(count, part.rows())];
        part.multiply(x, xAt, count, piece, 0);
        for (int i = 0; i < count; i++) {
          System.arraycopy(piece, i * part.rows(), y, yAt + i * stride, part.rows());
        }
      }
    };
  }

  @Override
  public void row(int row, float[] to, int at) {
    int first = 0;
    for (PackedProduct part : parts) {
      if (row < first + part.rows()) {
        part.row(row - first, to, at);
        return;
      }
      first += part.rows();
    }
    throw new IndexOutOfBoundsException("row " + row + " of " + rows);
  }
}
