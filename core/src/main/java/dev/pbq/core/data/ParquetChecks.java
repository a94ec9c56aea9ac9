package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;

/**
 * Refuses a Parquet file whose sizes and counts are more than its bytes can hold: the library makes
 * room for what they say before it reads.
 */
final class ParquetChecks {
  /** The size of a decompressed page: so much, and so many times its stored bytes. */
  private static final long PAGE_BYTES = 8L << 20;

  private static final int MAX_RATIO = 512;

  private final Path file;

  private ParquetChecks(Path file) {
    this.file = file;
  }

  /**
   * Checks a file.
   *
   * @throws PbqException BAD_DATA naming the column
   */
  static void require(Path file, ParquetMetadata metadata) throws IOException {
    ParquetChecks checks = new ParquetChecks(file);
    checks.headers(metadata);
    checks.pages(metadata);
  }

  private void headers(ParquetMetadata metadata) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (BlockMetaData block : metadata.getBlocks()) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          long start = chunk.getStartingPos();
          if (start < 0
              || chunk.getTotalSize() < 0
              || chunk.getTotalSize() > channel.size() - start
              || chunk.getValueCount() < 0) {
            throw bad(chunk.getPath().toDotString(), "is outside of the file");
          }
          headers(channel, start, start + chunk.getTotalSize(), chunk);
        }
      }
    }
  }

  private void headers(FileChannel channel, long start, long end, ColumnChunkMetaData chunk)
      throws IOException {
    long at = start;
    for (long values = 0; at < end && values < chunk.getValueCount(); ) {
      channel.position(at);
      // Not closed: that would close the channel.
      CountedInput in =
          new CountedInput(new BufferedInputStream(Channels.newInputStream(channel), 256));
      PageHeader header = Util.readPageHeader(in);
      long stored = header.getCompressed_page_size();
      long size = header.getUncompressed_page_size();
      at += in.count + stored;
      if (stored < 0 || size < 0 || at > end || size > PAGE_BYTES + MAX_RATIO * stored) {
        throw bad(chunk.getPath().toDotString(), "has a page of an impossible size");
      }
      if (header.isSetData_page_header()) {
        values += header.getData_page_header().getNum_values();
      } else if (header.isSetData_page_header_v2()) {
        values += header.getData_page_header_v2().getNum_values();
      }
    }
  }

  private void pages(ParquetMetadata metadata) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        for (ColumnDescriptor column : metadata.getFileMetaData().getSchema().getColumns()) {
          pages(column, pages.getPageReader(column));
        }
      }
    }
  }

  private void pages(ColumnDescriptor column, PageReader reader) {
    String name = String.join(".", column.getPath());
    DictionaryPage dictionary = reader.readDictionaryPage();
    if (dictionary != null && dictionary.getDictionarySize() > dictionary.getBytes().size()) {
      throw bad(name, "has a dictionary of more words than bytes");
    }
    ParquetRuns runs = new ParquetRuns(column);
    for (DataPage page = reader.readPage(); page != null; page = reader.readPage()) {
      if (!runs.areSound(page)) {
        throw bad(name, "has a run that is longer than its page");
      }
    }
  }

  private PbqException bad(String column, String what) {
    return PbqException.badData("%s: column \"%s\" %s".formatted(file, column, what));
  }

  /** Counts what is read. */
  private static final class CountedInput extends InputStream {
    private final InputStream in;
    private long count;

    CountedInput(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      count += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = in.read(buffer, offset, length);
      count += Math.max(0, n);
      return n;
    }
  }
}
