package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;

/**
 * Turns the bytes of a tensor back into float32, from the description of each type and not from the
 * code that wrote them.
 */
final class BlockDecoder {
  private BlockDecoder() {}

  /**
   * Decodes weights.
   *
   * @param typeId as in the file
   * @param in little-endian, exactly the bytes of {@code count} weights
   */
  static float[] decode(int typeId, ByteBuffer in, int count) {
    float[] y = new float[count];
    int i = 0;
    while (i < count) {
      switch (typeId) {
        case 0 -> y[i++] = in.getFloat();
        case 1 -> y[i++] = Half.toFloat(in.getShort());
        case 30 -> y[i++] = Half.bfloatToFloat(in.getShort());
        case 2 -> {
          float d = Half.toFloat(in.getShort());
          for (int j = 0; j < 16; j++, i++) {
            int b = in.get() & 0xff;
            y[i] = ((b & 15) - 8) * d;
            y[i + 16] = ((b >> 4) - 8) * d;
          }
          i += 16;
        }
        case 3 -> {
          float d = Half.toFloat(in.getShort());
          float m = Half.toFloat(in.getShort());
          for (int j = 0; j < 16; j++, i++) {
            int b = in.get() & 0xff;
            y[i] = (b & 15) * d + m;
            y[i + 16] = (b >> 4) * d + m;
          }
          i += 16;
        }
        case 8 -> {
          float d = Half.toFloat(in.getShort());
          for (int j = 0; j < 32; j++) {
            y[i++] = in.get() * d;
          }
        }
        case 35 -> {
          int start = in.position();
          float d = Half.toFloat(in.getShort(start + 64));
          for (int part = 0; part < 2; part++) {
            for (int shift = 0; shift < 8; shift += 2) {
              for (int m = 0; m < 32; m++) {
                y[i++] = ((in.get(start + 32 * part + m) >> shift & 3) - 1) * d;
              }
            }
          }
          in.position(start + 66);
        }
        case 41 -> {
          float d = Half.toFloat(in.getShort());
          for (int j = 0; j < 16; j++) {
            int b = in.get();
            for (int k = 0; k < 8; k++) {
              y[i++] = (b >> k & 1) == 1 ? d : -d;
            }
          }
        }
        case 42 -> {
          float d = Half.toFloat(in.getShort());
          for (int j = 0; j < 16; j++) {
            int b = in.get();
            for (int k = 0; k < 8; k += 2) {
              y[i++] = ((b >> k & 3) - 1) * d;
            }
          }
        }
        default -> throw PbqException.badData("a tensor of unknown type " + typeId);
      }
    }
    return y;
  }
}
