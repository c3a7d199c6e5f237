// The loops of bench/orbits.py by hand: the same sums and products in the same order as the library's kernels.
// Compile without -ffast-math and with -ffp-contract=off: a fused multiply-add rounds once where the others round twice.

#include <cmath>

static double divided(double alpha, double k, double beta) {
    return beta == 0.0 ? alpha : alpha / (beta == 0.5 ? std::sqrt(k + 1.0) : std::pow(k + 1.0, beta));
}

extern "C" {

// Gradient descent on (1 - x y)^2. Moves p = (x, y) on; returns the number of steps taken.
long long hyperbola(double *p, double alpha, double beta, long long n) {
    double x = p[0], y = p[1];
    long long k = 0;
    for (; k < n && x * x + y * y < 1e8; k++) {
        double t = -2.0 * x * y + 2.0, eta = divided(alpha, k, beta), nx = x - eta * (-t * y);
        y = y - eta * (-t * x);
        x = nx;
    }
    p[0] = x, p[1] = y;
    return k;
}

// Normalized descent on (x y - 1)^2.
long long product2(double *p, double alpha, double beta, long long n) {
    double x = p[0], y = p[1];
    long long k = 0;
    for (; k < n && x * x + y * y < 1e8; k++) {
        double s = x * y - 1.0 >= 0.0 ? 1.0 : -1.0, a = divided(alpha, k, beta), length = std::sqrt(y * y + x * x);
        double nx = x - a * (s * y / length);
        y = y - a * (s * x / length);
        x = nx;
    }
    p[0] = x, p[1] = y;
    return k;
}

// Normalized descent on (x y z - 1)^2.
long long product3(double *p, double alpha, double beta, long long n) {
    double x = p[0], y = p[1], z = p[2];
    long long k = 0;
    for (; k < n && x * x + y * y + z * z < 1e8; k++) {
        double u = y * z, v = x * z, w = x * y, a = divided(alpha, k, beta), length = std::sqrt(u * u + v * v + w * w);
        double s = u * x - 1.0 >= 0.0 ? 1.0 : -1.0;
        x = x - a * (s * u / length);
        y = y - a * (s * v / length);
        z = z - a * (s * w / length);
    }
    p[0] = x, p[1] = y, p[2] = z;
    return k;
}

}
