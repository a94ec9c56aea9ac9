package dev.pbq.formats.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.BlockShape;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One table of a configuration that describes operations.
 *
 * @param where file and table, for messages
 * @param bypass whether the operations are left in full precision
 * @param operands what is said of each operand
 * @param postTraining the key {@code is_ptq}, if present: without training both of its values
 *     compute the same
 */
record ConfigSection(
    String where,
    FormatKind kind,
    boolean bypass,
    Optional<Boolean> postTraining,
    Map<OperandRole, OperandSpec> operands) {
  static final String NAME = "name";
  private static final String BYPASS = "bypass";
  private static final String IS_PTQ = "is_ptq";

  /** The keys of all formats. */
  static final List<String> COMMON = List.of(NAME, BYPASS, IS_PTQ);

  ConfigSection {
    operands = Map.copyOf(operands);
  }

  /**
   * Reads a table. A bypassed one may lack any key but {@code name}.
   *
   * @throws PbqException USAGE naming the table and the key that is missing, unknown or wrong
   */
  static ConfigSection of(String where, ObjectNode table) {
    String id = text(where, table);
    FormatKind kind =
        FormatKind.of(id)
            .orElseThrow(
                () ->
                    PbqException.usage(
                        where
                            + " name \""
                            + id
                            + "\" is no number format; the nearest is "
                            + NearestName.of(id, FormatKind.ids())));
    requireKnown(where, kind, table);
    Map<OperandRole, OperandSpec> operands = new EnumMap<>(OperandRole.class);
    boolean bypass = flag(where, table, BYPASS).orElse(false);
    for (OperandRole role : OperandRole.values()) {
      var keys = kind.parameters().stream().map(role.prefix()::concat);
      if (bypass ? keys.allMatch(table::has) : keys.anyMatch(table::has)) {
        operands.put(role, operand(where, kind, role, table));
      }
    }
    return new ConfigSection(where, kind, bypass, flag(where, table, IS_PTQ), operands);
  }

  /**
   * What is said of an operand.
   *
   * @throws PbqException USAGE naming the first key that is missing
   */
  OperandSpec require(OperandRole role, String operation) {
    OperandSpec spec = operands.get(role);
    if (spec == null) {
      throw PbqException.usage(
          where
              + " has no "
              + role.prefix()
              + kind.parameters().get(0)
              + ", which "
              + operation
              + " needs");
    }
    return spec;
  }

  /** Refuses a table for linears without {@code is_ptq}. */
  void requirePostTraining(String operation) {
    if (postTraining.isEmpty()) {
      throw PbqException.usage(where + " has no " + IS_PTQ + ", which " + operation + " needs");
    }
  }

  private static void requireKnown(String where, FormatKind kind, ObjectNode table) {
    Set<String> known = SectionKeys.of(List.of(kind.id()));
    table
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw PbqException.usage(
                    where
                        + " has the key "
                        + key
                        + ", which "
                        + kind.id()
                        + " does not know; the nearest known key is "
                        + NearestName.of(key, known));
              }
            });
  }

  private static OperandSpec operand(
      String where, FormatKind kind, OperandRole role, ObjectNode table) {
    for (String parameter : kind.parameters()) {
      if (!table.has(role.prefix() + parameter)) {
        throw PbqException.usage(
            where + " has no " + role.prefix() + parameter + ", which " + kind.id() + " needs");
      }
    }
    try {
      OptionalInt bias = OptionalInt.empty();
      JsonNode given = table.path(role.prefix() + FormatKind.EXPONENT_BIAS);
      if (!given.isMissingNode() && !isNone(given)) {
        bias = OptionalInt.of(integer(where, table, role.prefix() + FormatKind.EXPONENT_BIAS));
      }
      NumberFormat format =
          kind.create(parameter -> integer(where, table, role.prefix() + parameter), bias);
      BlockShape blocks =
          kind.parameters().contains(FormatKind.BLOCK_SIZE)
              ? blocks(where, table, role.prefix() + FormatKind.BLOCK_SIZE)
              : BlockShape.WHOLE;
      return new OperandSpec(format, blocks);
    } catch (IllegalArgumentException e) {
      // Its message begins with the parameter's name.
      throw PbqException.usage(where + " " + role.prefix() + e.getMessage());
    }
  }

  private static String text(String where, ObjectNode table) {
    JsonNode name = table.path(NAME);
    if (!name.isTextual()) {
      throw PbqException.usage(
          where
              + (name.isMissingNode() ? " has no name" : " name is " + name)
              + "; it is one of "
              + String.join(", ", FormatKind.ids()));
    }
    return name.textValue();
  }

  private static Optional<Boolean> flag(String where, ObjectNode table, String key) {
    JsonNode value = table.path(key);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isBoolean()) {
      throw wrong(where, key, value, "true or false");
    }
    return Optional.of(value.booleanValue());
  }

  private static boolean isNone(JsonNode value) {
    return value.isNull() || (value.isTextual() && value.textValue().equals(QuantConfig.NONE));
  }

  private static int integer(String where, ObjectNode table, String key) {
    JsonNode value = table.path(key);
    if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
      throw wrong(where, key, value, "an integer");
    }
    return value.intValue();
  }

  private static BlockShape blocks(String where, ObjectNode table, String key) {
    JsonNode value = table.path(key);
    if (value.isTextual()) {
      throw wrong(where, key, value, "a list of integers");
    }
    return BlockShape.of(value);
  }

  private static PbqException wrong(String where, String key, JsonNode value, String wanted) {
    return PbqException.usage(where + " " + key + " is " + value + ", not " + wanted);
  }
}
