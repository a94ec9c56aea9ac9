package dev.pbq.eval.protocol;

import dev.pbq.eval.scoring.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The two loops that the guide "Perplexity of fixed-length models" has had. */
public enum StrideLoop {
  /**
   * The first version, which published figures used: windows end at the next multiple of the
   * stride, and each weighs as many tokens as it advances.
   */
  FIRST(StrideProtocol.NAME) {
    @Override
    List<Window> windows(int[] ids, int length, int stride, OptionalInt limit) {
      List<Window> windows = new ArrayList<>();
      int before = 0;
      for (int i = 0; i < ids.length && fits(windows, limit); i += stride) {
        int begin = Math.max(0, i + stride - length);
        int end = Math.min(i + stride, ids.length);
        int from = Math.max(i, begin + 1);
        if (from < end) {
          windows.add(new Window(new Span(ids, begin, from, end), end - before));
          before = end;
        }
      }
      return windows;
    }
  },

  /**
   * Today's version: the first window is full, each begins a stride after the one before and scores
   * what that one did not reach, and each weighs one token less than it scores anew, also those
   * behind the first, which score all of them.
   */
  GUIDE(StrideProtocol.GUIDE) {
    @Override
    List<Window> windows(int[] ids, int length, int stride, OptionalInt limit) {
      List<Window> windows = new ArrayList<>();
      int before = 0;
      for (int begin = 0; before < ids.length && fits(windows, limit); begin += stride) {
        int end = Math.min(begin + length, ids.length);
        int from = Math.max(before, begin + 1);
        if (from < end) {
          windows.add(new Window(new Span(ids, begin, from, end), end - before - 1));
        }
        before = end;
      }
      return windows;
    }
  };

  private final String label;

  StrideLoop(String label) {
    this.label = label;
  }

  /** The loop of a protocol's name. */
  public static Optional<StrideLoop> of(String label) {
    return Stream.of(values()).filter(loop -> loop.label.equals(label)).findFirst();
  }

  /** The protocol's name in results. */
  public String label() {
    return label;
  }

  /**
   * What a window scores.
   *
   * @param weight tokens that its mean stands for
   */
  record Window(Span span, int weight) {}

  /** The windows of a text of at least two tokens. */
  abstract List<Window> windows(int[] ids, int length, int stride, OptionalInt limit);

  private static boolean fits(List<Window> windows, OptionalInt limit) {
    return windows.size() < limit.orElse(Integer.MAX_VALUE);
  }
}
