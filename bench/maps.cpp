// Where gradient descent goes from every point of a grid, by hand in C++: one start after the other, and in vectors.
//
// The rules are those of descent.basins.classify. What is computed: kind, steps and rises of every start. Compile
// without fused multiply-add (-ffp-contract=off), and the results agree with the library's bit for bit.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

namespace {

enum Kind : int8_t { STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED };
constexpr double ARRIVED_GRADIENT2 = 1e-8 * 1e-8, ARRIVED_DISTANCE2 = 1e-4 * 1e-4, ARRIVED_RESIDUAL = 1e-9;
constexpr double STILL_GRADIENT2 = 1e-10 * 1e-10, WATCHED_GRADIENT2 = 1e-6 * 1e-6, ESCAPE2 = 1e8;

// --- W lanes at once: arithmetic is the compiler's, comparisons and masks are here

#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr int W = 8, TOGETHER = 2;              // two vectors: one computes while the other waits for its results
using Lanes = __m512d;
using Mask = __mmask8;
inline Mask less(Lanes a, Lanes b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
inline Lanes size(Lanes a) { return _mm512_abs_pd(a); }
inline Lanes more_where(Mask m, Lanes a) { return _mm512_mask_add_pd(a, m, a, _mm512_set1_pd(1)); }
inline unsigned bits(Mask m) { return m; }
inline Mask from_bits(unsigned b) { return static_cast<Mask>(b); }
#else
constexpr int W = 4, TOGETHER = 2;
typedef double Lanes __attribute__((vector_size(32)));
typedef int64_t Mask __attribute__((vector_size(32)));
inline Mask less(Lanes a, Lanes b) { return a < b; }
inline Lanes size(Lanes a) { return a < 0 ? -a : a; }
inline Lanes more_where(Mask m, Lanes a) { return m ? a + 1.0 : a; }
inline unsigned bits(Mask m) { return (m[0] & 1) | (m[1] & 2) | (m[2] & 4) | (m[3] & 8); }
inline Mask from_bits(unsigned b) { return Mask{-int64_t(b & 1), -int64_t(b >> 1 & 1), -int64_t(b >> 2 & 1), -int64_t(b >> 3 & 1)}; }
#endif

inline bool less(double a, double b) { return a < b; }
inline double size(double a) { return std::fabs(a); }

// a + 0 lanes: the constant in every lane
template <class T> inline T all(double a) { return T{} + a; }

// --- the landscapes; T is double or Lanes

struct Hyperbola {                              // scale (1 - x y)^2
    double scale;
    template <class T> T loss(T x, T y) const { T e = 1.0 - x * y; return scale * (e * e); }
    template <class T> void gradient(T x, T y, T &gx, T &gy) const {
        T t = 2 * scale * (1.0 - x * y);
        gx = -t * y;
        gy = -t * x;
    }
    template <class T> auto arrived(T x, T y, T) const { return less(size(1.0 - x * y), all<T>(ARRIVED_RESIDUAL)); }
};

struct ChenF4 {                                 // (1 - x y)^2 + (x^2 + y^2) / 20, minima (m, m) and (-m, -m)
    double m;
    template <class T> T loss(T x, T y) const {
        T e = 1.0 - x * y;
        return 0.05 * (x * x) + 0.05 * (y * y) + e * e;
    }
    template <class T> void gradient(T x, T y, T &gx, T &gy) const {
        T t = 2.0 - 2.0 * x * y;
        gx = 0.1 * x - t * y;
        gy = 0.1 * y - t * x;
    }
    template <class T> auto arrived(T x, T y, T g2) const {
        T a = x - m, b = y - m, c = x + m, d = y + m;
        T near = all<T>(ARRIVED_DISTANCE2);
        return less(g2, all<T>(ARRIVED_GRADIENT2)) & (less(a * a + b * b, near) | less(c * c + d * d, near));
    }
};

struct Grid {
    const double *box;
    int64_t ny, nx;
    double eta;
    int32_t max_steps;
    int8_t *kind;
    int32_t *steps, *rises;
    double x(int64_t j) const { return box[0] + (box[1] - box[0]) * (j + 0.5) / nx; }
    double y(int64_t i) const { return box[2] + (box[3] - box[2]) * (i + 0.5) / ny; }
};

// --- one start after the other

template <class F> void scalar_rows(F f, Grid grid, int64_t first, int64_t last) {
    for (int64_t cell = first * grid.nx; cell < last * grid.nx; cell++) {
        double x = grid.x(cell % grid.nx), y = grid.y(cell / grid.nx), loss = f.loss(x, y);
        int32_t rises = 0, k = 0;
        Kind kind = BOUNDED;
        for (;; k++) {
            double gx, gy;
            f.gradient(x, y, gx, gy);
            double g2 = gx * gx + gy * gy;
            if (f.arrived(x, y, g2)) { kind = rises ? UNSTABLE : STABLE; break; }
            if (g2 < STILL_GRADIENT2) { kind = OTHER; break; }
            if (!(x * x + y * y < ESCAPE2)) { kind = DIVERGED; break; }
            if (k == grid.max_steps) break;
            x -= grid.eta * gx;
            y -= grid.eta * gy;
            double after = f.loss(x, y);
            rises += g2 > WATCHED_GRADIENT2 && !(after < loss);
            loss = after;
        }
        grid.kind[cell] = kind;
        grid.steps[cell] = k;
        grid.rises[cell] = rises;
    }
}

// --- in vectors: TOGETHER x W neighbours are iterated together, until the last of them has ended

template <class F> void block(F f, const Grid grid, int64_t row, int64_t first) {
    Lanes x[TOGETHER], y[TOGETHER], loss[TOGETHER], steps[TOGETHER], rises[TOGETHER];
    Mask live[TOGETHER], arrived[TOGETHER], still[TOGETHER];
    Lanes half = {};
    for (int lane = 0; lane < W; lane++) half[lane] = lane + 0.5;
#pragma GCC unroll 4
    for (int v = 0; v < TOGETHER; v++) {
        int64_t column = first + v * W, inside = std::clamp<int64_t>(grid.nx - column, 0, W);
        x[v] = grid.box[0] + (grid.box[1] - grid.box[0]) * (half + double(column)) / double(grid.nx);
        y[v] = all<Lanes>(grid.y(row));
        loss[v] = f.loss(x[v], y[v]);
        steps[v] = rises[v] = Lanes{};
        live[v] = from_bits((1u << inside) - 1);
        arrived[v] = still[v] = from_bits(0);
    }
    for (int32_t k = 0;; k++) {
        Mask any = from_bits(0);
#pragma GCC unroll 4
        for (int v = 0; v < TOGETHER; v++) {
            Lanes gx, gy;
            f.gradient(x[v], y[v], gx, gy);
            Lanes g2 = gx * gx + gy * gy;
            Mask here = f.arrived(x[v], y[v], g2), rests = less(g2, all<Lanes>(STILL_GRADIENT2));
            Mask inside = less(x[v] * x[v] + y[v] * y[v], all<Lanes>(ESCAPE2));
            arrived[v] |= live[v] & here;
            still[v] |= live[v] & ~here & rests;
            live[v] &= ~here & ~rests & inside;
            any |= live[v];
            if (k == grid.max_steps) continue;
            x[v] = x[v] - grid.eta * gx;        // lanes that have ended go on: nobody looks at them
            y[v] = y[v] - grid.eta * gy;
            Lanes after = f.loss(x[v], y[v]);
            rises[v] = more_where(live[v] & less(all<Lanes>(WATCHED_GRADIENT2), g2) & ~less(after, loss[v]), rises[v]);
            steps[v] = more_where(live[v], steps[v]);
            loss[v] = after;
        }
        if (!bits(any) || k == grid.max_steps) break;
    }
#pragma GCC unroll 4
    for (int v = 0; v < TOGETHER; v++) {
        unsigned a = bits(arrived[v]), s = bits(still[v]), l = bits(live[v]);
        for (int lane = 0; lane < W && first + v * W + lane < grid.nx; lane++) {
            int64_t cell = row * grid.nx + first + v * W + lane;
            grid.kind[cell] = a >> lane & 1 ? (rises[v][lane] != 0 ? UNSTABLE : STABLE)
                : s >> lane & 1 ? OTHER : l >> lane & 1 ? BOUNDED : DIVERGED;
            grid.steps[cell] = int32_t(steps[v][lane]);
            grid.rises[cell] = int32_t(rises[v][lane]);
        }
    }
}

template <class F> void vector_rows(F f, const Grid &grid, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++)
        for (int64_t j = 0; j < grid.nx; j += TOGETHER * W) block(f, grid, i, j);
}

// --- bands of rows on threads

template <class F> void rows_on_threads(F f, const Grid &grid, bool vectorised, int threads) {
    constexpr int64_t BANDS = 64;
    std::atomic<int64_t> next{0};
    auto work = [&] {
        for (int64_t band; (band = next++) < BANDS;) {
            int64_t first = band * grid.ny / BANDS, last = (band + 1) * grid.ny / BANDS;
            if (vectorised) vector_rows(f, grid, first, last);
            else scalar_rows(f, grid, first, last);
        }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < threads; i++) others.emplace_back(work);
    work();
    for (auto &thread : others) thread.join();
}

}  // namespace

extern "C" int lanes() { return W; }

// landscape 0: parameter (1 - x y)^2; 1: f4 of Chen et al. with minima +-(parameter, parameter)
extern "C" void classify(int landscape, double parameter, double eta, const double *box, int64_t ny, int64_t nx,
                         int32_t max_steps, int vectorised, int threads, int8_t *kind, int32_t *steps,
                         int32_t *rises) {
    Grid grid{box, ny, nx, eta, max_steps, kind, steps, rises};
    if (landscape == 0) rows_on_threads(Hyperbola{parameter}, grid, vectorised, threads);
    else rows_on_threads(ChenF4{parameter}, grid, vectorised, threads);
}
