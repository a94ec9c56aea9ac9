package dev.pbq.formats.arithmetic;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The size of a block as configurations give it: one number for each dimension, aligned to the
 * right of a tensor's shape; -1 is the whole dimension.
 *
 * <p>A single {@code [16]} on a weight matrix therefore means all rows by 16 columns; rows of 16
 * are {@code [1, 16]}.
 *
 * @param sizes -1 or at least 1, at least one of them
 */
public record BlockShape(@JsonValue List<Integer> sizes) {
  /** The whole tensor: for formats whose blocks share nothing. */
  public static final BlockShape WHOLE = of(-1);

  public BlockShape {
    sizes = List.copyOf(sizes);
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("block_size is empty");
    }
    for (int size : sizes) {
      if (size < 1 && size != -1) {
        throw new IllegalArgumentException(
            "block_size " + sizes + ": " + size + " is neither -1 nor at least 1");
      }
    }
  }

  public static BlockShape of(Integer... sizes) {
    return new BlockShape(List.of(sizes));
  }

  /**
   * Reads a list of numbers, a number, or text such as {@code 1x16} or {@code 1,16}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static BlockShape of(JsonNode node) {
    List<Integer> sizes = new ArrayList<>();
    if (node.isTextual()) {
      for (String size : node.textValue().split("[x,]", -1)) {
        if (!size.strip().matches("-?\\d{1,9}")) {
          throw new IllegalArgumentException("block_size " + node + " is not of the form 1x16");
        }
        sizes.add(Integer.valueOf(size.strip()));
      }
      return new BlockShape(sizes);
    }
    for (JsonNode size : node.isArray() ? node : List.of(node)) {
      if (!size.canConvertToExactIntegral() || !size.canConvertToInt()) {
        throw new IllegalArgumentException("block_size is " + node + ", not a list of integers");
      }
      sizes.add(size.intValue());
    }
    return new BlockShape(sizes);
  }

  /** Reads the setting of a method. */
  @JsonCreator
  static BlockShape ofSetting(JsonNode node) {
    try {
      return of(node);
    } catch (IllegalArgumentException e) {
      throw PbqException.setting("{block}%s", e.getMessage().replaceFirst("^block_size", ""));
    }
  }

  /**
   * The block of a tensor: sizes beyond its dimensions are dropped on the left, missing ones are
   * whole dimensions, none is larger than its dimension.
   */
  List<Integer> within(List<Integer> shape) {
    List<Integer> block = new ArrayList<>(Collections.nCopies(shape.size(), -1));
    for (int i = 1; i <= Math.min(shape.size(), sizes.size()); i++) {
      block.set(shape.size() - i, sizes.get(sizes.size() - i));
    }
    for (int i = 0; i < block.size(); i++) {
      int size = block.get(i);
      if (size == -1 || size > shape.get(i)) {
        block.set(i, shape.get(i));
      }
    }
    return block;
  }

  @Override
  public String toString() {
    return sizes.toString();
  }
}
