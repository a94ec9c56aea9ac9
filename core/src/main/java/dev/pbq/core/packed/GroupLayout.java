package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.Objects;

/**
 * Into which groups a {@link BinaryGroupsLinear} divides the weights of a block, and which scales
 * the groups have. Weights in salient columns and all others ("sides") are divided separately, each
 * side into classes: class 0 has the largest magnitudes, the last one the smallest. Groups are
 * numbered from the salient classes to the others.
 *
 * @param salientClasses classes of salient weights, 0..4; 0 if no column is ever salient
 * @param otherClasses classes of the other weights, 1..4
 * @param form what scales there are
 * @param means which groups share their means; {@code NONE} if {@code form} is {@code ROW_COLUMN}
 * @param sharedColumns whether all groups of a block share the columns' scales of the first plane,
 *     and the salient ones those of the second; only if {@code form} is {@code ROW_COLUMN}
 */
public record GroupLayout(
    int salientClasses, int otherClasses, Form form, MeanSharing means, boolean sharedColumns) {
  /** The most classes of a side. */
  public static final int MAX_CLASSES = 4;

  /** What scales a group has in a block. */
  public enum Form {
    /** {@link RowScales}. */
    ROW("row"),
    /** {@link RowColumnScales}. */
    ROW_COLUMN("row-column");

    private final String id;

    Form(String id) {
      this.id = id;
    }

    /** The name in the layer's descriptor. */
    String id() {
      return id;
    }
  }

  /** How the groups of a block share their means. */
  public enum MeanSharing {
    /** Each group of each block. */
    @JsonProperty("each")
    EACH,
    /** The groups of a block have the same mean. */
    @JsonProperty("block")
    BLOCK,
    /** No group has a mean. */
    @JsonProperty("none")
    NONE;

    /** The name in settings and in the layer's descriptor. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public GroupLayout {
    if (salientClasses < 0 || salientClasses > MAX_CLASSES) {
      throw new IllegalArgumentException(salientClasses + " classes of salient weights");
    }
    if (otherClasses < 1 || otherClasses > MAX_CLASSES) {
      throw new IllegalArgumentException(otherClasses + " classes of weights that are not salient");
    }
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(means, "means");
    if (form == Form.ROW ? sharedColumns : means != MeanSharing.NONE) {
      throw new IllegalArgumentException("scales of the form " + form + " cannot share that");
    }
  }

  /** A layout of the form {@link Form#ROW}. */
  public static GroupLayout rows(int salientClasses, int otherClasses, MeanSharing means) {
    return new GroupLayout(salientClasses, otherClasses, Form.ROW, means, false);
  }

  /** A layout of the form {@link Form#ROW_COLUMN}. */
  public static GroupLayout rowColumns(
      int salientClasses, int otherClasses, boolean sharedColumns) {
    return new GroupLayout(
        salientClasses, otherClasses, Form.ROW_COLUMN, MeanSharing.NONE, sharedColumns);
  }

  /** How many groups there are. */
  public int groups() {
    return salientClasses + otherClasses;
  }

  /** The number of the group of a class of a side. */
  public int group(boolean salient, int classOfSide) {
    return salient ? classOfSide : salientClasses + classOfSide;
  }

  /** Whether a group is one of salient weights. */
  public boolean isSalient(int group) {
    return group < salientClasses;
  }

  /** 2 for groups of salient weights, else 1: the number of planes of signs. */
  public int order(int group) {
    return isSalient(group) ? 2 : 1;
  }

  /** Classes of a side. */
  public int classes(boolean salient) {
    return salient ? salientClasses : otherClasses;
  }

  /**
   * Where in {@link RowColumnScales#colFirst} a column's scale is.
   *
   * @param column the column's index in its block
   * @param columnOfSide its index among those columns of the block that are salient as it is
   */
  public int firstColumn(int column, int columnOfSide) {
    return sharedColumns ? column : columnOfSide;
  }

  /** Bits that hold every class of either side: 0, 1 or 2. */
  int classBits() {
    int most = Math.max(salientClasses, otherClasses);
    return 32 - Integer.numberOfLeadingZeros(most - 1);
  }
}
