package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * The rows of a Parquet file as JSON objects, lists and structures included: what the same rows are
 * in a file of JSON lines.
 */
final class ParquetRows {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ParquetRows() {}

  /**
   * Reads all rows.
   *
   * @throws PbqException BAD_DATA if it is no Parquet file, or holds a type that JSON has not
   */
  static void read(Path file, Consumer<ObjectNode> each) {
    try {
      ParquetTextReader.metadata(file);
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
        MessageType schema = reader.getFileMetaData().getSchema();
        MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
        for (PageReadStore pages = reader.readNextRowGroup();
            pages != null;
            pages = reader.readNextRowGroup()) {
          RecordReader<Group> rows =
              columns.getRecordReader(pages, new GroupRecordConverter(schema));
          for (long i = 0; i < pages.getRowCount(); i++) {
            each.accept(object(rows.read()));
          }
        }
      }
    } catch (PbqException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw PbqException.badData(file + ": not readable as Parquet: " + Messages.of(cause), e);
    }
  }

  private static ObjectNode object(Group group) {
    ObjectNode node = JSON.objectNode();
    GroupType type = group.getType();
    for (int f = 0; f < type.getFieldCount(); f++) {
      Type field = type.getType(f);
      int count = group.getFieldRepetitionCount(f);
      if (field.isRepetition(Type.Repetition.REPEATED)) {
        ArrayNode list = node.putArray(field.getName());
        for (int i = 0; i < count; i++) {
          list.add(value(group, f, i));
        }
      } else {
        node.set(field.getName(), count == 0 ? JSON.nullNode() : value(group, f, 0));
      }
    }
    return node;
  }

  private static JsonNode value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (!type.isPrimitive()) {
      Group inner = group.getGroup(field, index);
      return type.getLogicalTypeAnnotation()
              instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
          ? list(inner)
          : object(inner);
    }
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case BINARY -> JSON.textNode(group.getString(field, index));
      case INT32 -> JSON.numberNode(group.getInteger(field, index));
      case INT64 -> number(group.getLong(field, index));
      case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
      case FLOAT -> JSON.numberNode(group.getFloat(field, index));
      case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
      case INT96, FIXED_LEN_BYTE_ARRAY ->
          throw PbqException.badData(
              "column " + type.getName() + " holds " + type.asPrimitiveType());
    };
  }

  /** As JSON's readers make them: int where it fits. */
  private static JsonNode number(long value) {
    return value == (int) value ? JSON.numberNode((int) value) : JSON.numberNode(value);
  }

  /** Lists are a group that repeats a group of one element. */
  private static ArrayNode list(Group list) {
    ArrayNode values = JSON.arrayNode();
    int count = list.getFieldRepetitionCount(0);
    for (int i = 0; i < count; i++) {
      boolean wrapped = !list.getType().getType(0).isPrimitive();
      if (!wrapped) {
        values.add(value(list, 0, i));
        continue;
      }
      Group element = list.getGroup(0, i);
      values.add(element.getFieldRepetitionCount(0) == 0 ? JSON.nullNode() : value(element, 0, 0));
    }
    return values;
  }
}
