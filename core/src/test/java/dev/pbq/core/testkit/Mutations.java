package dev.pbq.core.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes that keep most of a file's structure, so that readers come to its depths. */
public final class Mutations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    64,
    255,
    256,
    65_535,
    1L << 20,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final String[] TEXTS = {
    "",
    "x",
    "..",
    "../outside",
    "/etc/passwd",
    "a\0b",
    "\u001b[31m",
    "\ud800",
    "F32",
    "U8",
    "-1",
    "1e400",
    "{{",
    "(((((((((((((",
    "\u4e2d",
    "null"
  };
  private static final int LONG_TEXT = 5000;
  private static final int DEPTH = 200;

  private Mutations() {}

  /** A few changes of bytes: flipped, replaced by numbers that matter, cut, doubled, cut short. */
  public static byte[] bytes(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2, 3 -> number(bytes, at, random);
        case 4 -> bytes = Arrays.copyOf(bytes, at);
        case 5 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(64)), at);
        default -> bytes = spliced(bytes, at, at, Math.max(0, at - random.nextInt(64)));
      }
    }
    return bytes;
  }

  private static void number(byte[] bytes, int at, Random random) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long value = random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : bytes.length;
    if (random.nextBoolean() && at + Long.BYTES <= bytes.length) {
      buffer.putLong(at, value);
    } else if (at + Integer.BYTES <= bytes.length) {
      buffer.putInt(at, (int) value);
    }
  }

  /** The bytes before {@code end}, then those from {@code start}. */
  private static byte[] spliced(byte[] bytes, int end, int from, int start) {
    int second = Math.max(from, start);
    byte[] result = Arrays.copyOf(bytes, end + bytes.length - second);
    System.arraycopy(bytes, second, result, end, bytes.length - second);
    return result;
  }

  /** A few changes of a JSON document, or, rarely, of its bytes. */
  public static byte[] json(byte[] original, Random random) {
    if (random.nextInt(10) == 0) {
      return bytes(original, random);
    }
    try {
      JsonNode root = JSON.readTree(original);
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        root = changed(root, random);
      }
      return JSON.writeValueAsBytes(root);
    } catch (java.io.IOException e) {
      throw new IllegalStateException("the original is no JSON", e);
    }
  }

  /** A line of a file of JSON lines is changed, dropped, doubled, or moved. */
  public static byte[] jsonLines(byte[] original, Random random) {
    List<String> lines =
        new ArrayList<>(new String(original, StandardCharsets.UTF_8).lines().toList());
    int at = random.nextInt(lines.size());
    switch (random.nextInt(8)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
      case 2 -> lines.set(at, "");
      default -> {
        byte[] changed = json(lines.get(at).getBytes(StandardCharsets.UTF_8), random);
        lines.set(at, new String(changed, StandardCharsets.UTF_8));
      }
    }
    String text = String.join("\n", lines) + (random.nextInt(8) == 0 ? "" : "\n");
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A safetensors file with a changed header of the right length, or changed bytes. */
  public static byte[] safetensors(byte[] original, Random random) {
    if (random.nextInt(4) == 0) {
      return bytes(original, random);
    }
    int length = (int) ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] header = json(Arrays.copyOfRange(original, Long.BYTES, Long.BYTES + length), random);
    int rest = original.length - Long.BYTES - length;
    return ByteBuffer.allocate(Long.BYTES + header.length + rest)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(original, Long.BYTES + length, rest)
        .array();
  }

  /** Text in which words and numbers are changed, dropped, doubled or put elsewhere. */
  public static byte[] text(byte[] original, Random random) {
    List<String> words =
        new ArrayList<>(
            List.of(new String(original, StandardCharsets.UTF_8).split("(?<=\\W)|(?=\\W)", -1)));
    for (int i = 1 + random.nextInt(4); i > 0 && !words.isEmpty(); i--) {
      int at = random.nextInt(words.size());
      switch (random.nextInt(5)) {
        case 0 -> words.remove(at);
        case 1 -> words.add(at, words.get(random.nextInt(words.size())));
        case 2 -> words.set(at, Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]));
        case 3 -> words.set(at, text(random));
        default -> words.set(at, words.get(random.nextInt(words.size())));
      }
    }
    return String.join("", words).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Random random) {
    return random.nextInt(20) == 0 ? "a".repeat(LONG_TEXT) : TEXTS[random.nextInt(TEXTS.length)];
  }

  private static JsonNode changed(JsonNode root, Random random) {
    List<ContainerNode<?>> containers = new ArrayList<>();
    collect(root, containers);
    if (containers.isEmpty()) {
      return value(root, random);
    }
    ContainerNode<?> chosen = containers.get(random.nextInt(containers.size()));
    if (chosen instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(6)) {
        case 0 -> object.remove(name);
        case 1 -> object.set(text(random), object.remove(name));
        case 2 -> object.set(name, object.get(names.get(random.nextInt(names.size()))).deepCopy());
        default -> object.set(name, value(object.get(name), random));
      }
    } else if (chosen instanceof ArrayNode array) {
      int at = random.nextInt(array.size());
      switch (random.nextInt(5)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(random.nextInt(array.size())).deepCopy());
        default -> array.set(at, value(array.get(at), random));
      }
    }
    return root;
  }

  private static void collect(JsonNode node, List<ContainerNode<?>> containers) {
    if (node instanceof ContainerNode<?> container && !container.isEmpty()) {
      containers.add(container);
      container.forEach(child -> collect(child, containers));
    }
  }

  private static JsonNode value(JsonNode before, Random random) {
    return switch (random.nextInt(before.isNumber() ? 14 : 10)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.objectNode();
      case 3 -> NODES.arrayNode();
      case 4 -> NODES.numberNode(random.nextBoolean() ? Double.NaN : 1e300 * 0.5);
      case 5 -> nested(random);
      case 6, 7 -> NODES.textNode(text(random));
      default -> NODES.numberNode(number(before, random));
    };
  }

  private static long number(JsonNode before, Random random) {
    long near = before.asLong() + random.nextInt(5) - 2;
    return random.nextInt(3) == 0 ? near : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private static JsonNode nested(Random random) {
    JsonNode node = NODES.arrayNode();
    for (int i = random.nextInt(DEPTH); i > 0; i--) {
      node = NODES.arrayNode().add(node);
    }
    return node;
  }
}
