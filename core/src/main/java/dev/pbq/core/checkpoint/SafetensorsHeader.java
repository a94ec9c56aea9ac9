package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON header of a safetensors file, which is untrusted input: parsed and checked here. */
final class SafetensorsHeader {
  /** The limit of the reference implementation. */
  static final int MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  private static final int MAX_RANK = 64;
  private static final Map<String, DType> DTYPES = dtypesByName();
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Types of the format that pbq has no use for: such a tensor is no damage, but is not read. */
  private static final Set<String> UNREAD =
      Set.of(
          "F4",
          "F6_E2M3",
          "F6_E3M2",
          "F8_E4M3",
          "F8_E4M3FNUZ",
          "F8_E5M2",
          "F8_E5M2FNUZ",
          "F8_E8M0",
          "U16",
          "U32",
          "U64",
          "C64");

  private final Path file;
  private final long dataBytes;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, String> unread = new LinkedHashMap<>();

  private SafetensorsHeader(Path file, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
  }

  /**
   * Parses and checks a header.
   *
   * @param file for messages
   * @param json the header's bytes
   * @param dataBytes how many bytes follow the header in the file
   * @throws PbqException BAD_DATA, naming the file and, where there is one, the tensor
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    SafetensorsHeader header = new SafetensorsHeader(file, dataBytes);
    if (json.length == 0 || json[0] != '{') {
      throw header.bad("not a safetensors file: the header does not start with '{'");
    }
    // A reader that refuses malformed UTF-8; the parser alone would also guess at UTF-16 and 32.
    try (Reader reader =
            new InputStreamReader(
                new ByteArrayInputStream(json),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT));
        JsonParser parser = JSON.createParser(reader)) {
      header.parseAll(parser);
    } catch (JsonProcessingException e) {
      throw header.bad(
          "the header is not well-formed JSON: " + TensorNames.printable(JsonFaults.of(e)), e);
    } catch (IOException e) {
      throw header.bad("the header is not valid UTF-8", e);
    }
    header.checkLayout();
    header.tensors.keySet().removeAll(header.unread.keySet());
    return header;
  }

  /** Tensors in the order of their bytes; unmodifiable. */
  Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Types, as written, of the tensors that pbq cannot read, by name; unmodifiable. */
  Map<String, String> unread() {
    return Collections.unmodifiableMap(unread);
  }

  /** The contents of {@code __metadata__}; unmodifiable. */
  Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  private void parseAll(JsonParser parser) throws IOException {
    parser.nextToken();
    boolean metadataSeen = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals(METADATA)) {
        if (metadataSeen) {
          throw bad("the header has two entries " + METADATA);
        }
        metadataSeen = true;
        parseMetadata(parser);
      } else if (tensors.put(name, parseTensor(name, parser)) != null) {
        throw badTensor(name, "appears twice in the header");
      }
    }
    if (parser.nextToken() != null) {
      throw bad("the header goes on after its closing '}'");
    }
  }

  private void parseMetadata(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw bad(METADATA + " is not an object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String where = METADATA + " entry " + TensorNames.printable(key);
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw bad(where + " is not a string");
      }
      if (metadata.put(key, parser.getText()) != null) {
        throw bad(where + " appears twice");
      }
    }
  }

  private TensorInfo parseTensor(String name, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw badTensor(name, "is not described by an object");
    }
    String dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "dtype" -> {
          requireFirst(name, field, dtype);
          dtype = parseDtype(name, parser);
        }
        case "shape" -> {
          requireFirst(name, field, shape);
          shape = parseNumbers(name, field, parser);
        }
        case "data_offsets" -> {
          requireFirst(name, field, offsets);
          offsets = parseNumbers(name, field, parser);
        }
        default -> parser.skipChildren();
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw badTensor(name, "lacks its dtype, shape or data_offsets");
    }
    return checked(name, dtype, shape, offsets);
  }

  private void requireFirst(String name, String field, Object seen) {
    if (seen != null) {
      throw badTensor(name, "has two entries " + field);
    }
  }

  private String parseDtype(String name, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw badTensor(name, "has a dtype that is not a string");
    }
    String dtype = parser.getText();
    if (!DTYPES.containsKey(dtype) && !UNREAD.contains(dtype)) {
      throw badTensor(name, "is of an unsupported dtype: " + TensorNames.printable(dtype));
    }
    return dtype;
  }

  private long[] parseNumbers(String name, String field, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw badTensor(name, "has a " + field + " that is not an array");
    }
    List<Long> numbers = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean small =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      if (!small || parser.getLongValue() < 0) {
        throw badTensor(
            name,
            "has a "
                + field
                + " with an entry that is no count: "
                + TensorNames.printable(String.valueOf(parser.getText())));
      }
      if (numbers.size() == MAX_RANK) {
        throw badTensor(name, "has a " + field + " of more than " + MAX_RANK + " entries");
      }
      numbers.add(parser.getLongValue());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private TensorInfo checked(String name, String type, long[] shape, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw badTensor(name, "has data_offsets " + Arrays.toString(offsets) + ", not [begin, end]");
    }
    if (offsets[1] > dataBytes) {
      throw badTensor(
          name,
          "ends at byte "
              + offsets[1]
              + " of the data, but the file has only "
              + dataBytes
              + " (truncated?)");
    }
    if (UNREAD.contains(type)) {
      unread.put(name, type);
      long[] bytes = {offsets[1] - offsets[0]};
      return new TensorInfo(name, DType.U8, bytes, offsets[0], offsets[1]);
    }
    DType dtype = DTYPES.get(type);
    long size = dtype.bytes();
    try {
      for (long d : shape) {
        size = Math.multiplyExact(size, d);
      }
    } catch (ArithmeticException e) {
      throw badTensor(name, "has an impossible shape " + Arrays.toString(shape));
    }
    if (size != offsets[1] - offsets[0]) {
      throw badTensor(
          name,
          dtype
              + Arrays.toString(shape)
              + " takes "
              + size
              + " bytes, but its data_offsets span "
              + (offsets[1] - offsets[0]));
    }
    return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
  }

  /** Puts the tensors into the order of their bytes and checks that they fill the file. */
  private void checkLayout() {
    List<TensorInfo> order = new ArrayList<>(tensors.values());
    order.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    tensors.clear();
    long end = 0;
    for (TensorInfo info : order) {
      if (info.begin() < end) {
        throw badTensor(info.name(), "overlaps the tensor before it");
      }
      if (info.begin() > end) {
        throw badTensor(info.name(), "comes after a hole of " + (info.begin() - end) + " bytes");
      }
      end = info.end();
      tensors.put(info.name(), info);
    }
    if (end != dataBytes) {
      throw bad((dataBytes - end) + " trailing bytes belong to no tensor");
    }
  }

  private PbqException badTensor(String tensor, String what) {
    return PbqException.badData(file + ": tensor " + TensorNames.printable(tensor) + " " + what);
  }

  private PbqException bad(String what) {
    return PbqException.badData(file + ": " + what);
  }

  private PbqException bad(String what, Throwable cause) {
    return PbqException.badData(file + ": " + what, cause);
  }

  private static Map<String, DType> dtypesByName() {
    Map<String, DType> byName = new HashMap<>();
    for (DType dtype : DType.values()) {
      byName.put(dtype.name(), dtype);
    }
    return Map.copyOf(byName);
  }
}
