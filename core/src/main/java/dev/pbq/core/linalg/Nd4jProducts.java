package dev.pbq.core.linalg;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products by ND4J on memory that the caller owns: the arrays are views of it and own nothing. ND4J
 * copies B where its columns are apart.
 */
final class Nd4jProducts implements MatrixProducts {
  @Override
  public void subtractProduct(
      int m, int n, int k, FloatPointer a, FloatPointer b, int ldb, FloatPointer c) {
    INDArray left = view(a, m, k, m);
    INDArray right = view(b, n, k, ldb);
    INDArray result = view(c, m, n, m);
    Nd4j.gemm(left, right, result, false, true, -1.0, 1.0);
    // ND4J sets the threads of the OpenBLAS that both use when it starts.
    Blas.useCallingThread();
  }

  private static INDArray view(FloatPointer memory, long rows, long cols, long ld) {
    long length = (cols - 1) * ld + rows;
    DataBuffer buffer = Nd4j.createBuffer(memory, length, DataType.FLOAT);
    return Nd4j.create(buffer, new long[] {rows, cols}, new long[] {1, ld}, 0, 'f');
  }
}
